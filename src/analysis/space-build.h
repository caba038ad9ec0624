/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the making of a space: what its two passes share. */
#pragma once

#include "analysis/space.h"

/* The first pass: every variable and value that is spoken of. */
void ward_space_collect(struct ward_space *space, const struct ward_space_source *source);

/* The variable of a label or port name; it need not be there yet. */
uint32_t ward_space_var(struct ward_space *space, enum ward_var_kind kind, ward_sym key);

/* A symbol of @symbols in the space's own table. */
ward_sym ward_space_sym(struct ward_space *space, const struct ward_symbols *symbols, ward_sym sym);

/* Cuts the ports and addresses; after the first pass. */
void ward_space_seal(struct ward_space *space);

/* The second pass: the policies of one version as units. */
void ward_space_lower(struct ward_space *space, const struct ward_space_source *source,
		      uint32_t version);

/* The pieces that a range of ports, or of addresses, is made of. */
struct ward_span ward_space_services(const struct ward_space *space, enum ward_proto proto,
				     uint16_t low, uint16_t high);
struct ward_span ward_space_pieces(const struct ward_space *space, struct ward_ip_range range);
