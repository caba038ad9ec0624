/* SPDX-License-Identifier: Apache-2.0 */
/* A connection that could be, in words and in JSON. */
#pragma once

#include "analysis/diff.h"
#include "analysis/witness.h"
#include "doc/json-writer.h"

/* "a pod with app=web in namespace shop", "a pod without labels in another namespace with
 * env=prod", "203.0.113.1"; the caller frees, as below. */
char *ward_witness_end_text(const struct ward_witness_end *end);

/* "TCP 80, there called web" */
char *ward_witness_port_text(const struct ward_witness *witness);

/* "allowed: by NetworkPolicy shop/web (shop.yaml:3)" */
char *ward_why_text(const struct ward_symbols *symbols, const struct ward_diff_why *why);

/* Members from, to, protocol, port, portNames of the map that is open. */
void ward_witness_json(struct ward_json *json, const struct ward_witness *witness);
