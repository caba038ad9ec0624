/* SPDX-License-Identifier: Apache-2.0 */
/* Images of an engine's tables: do they say what the engine says, all of it, and what another image
 * of the same tables says? */
#pragma once

#include "base/intern.h"
#include "engine/engine.h"
#include "image/image.h"
#include "image/verdict.h"

struct imaged {
	char *bytes;
	struct ward_image_writer *writer;
	struct ward_image image; /* as of the last imaged_load() */
};

/* @config: all but the bytes. */
void imaged_init(struct imaged *imaged, const struct ward_image_config *config);
void imaged_done(struct imaged *imaged);
void imaged_load(struct imaged *imaged);

/* Addresses to ask about, each once. */
struct asked_ips {
	struct ward_intern ips;
};

/* Adds those of the tables, the edges of their prefixes and what is beside them. */
void asked_ips_add(struct asked_ips *asked, const struct ward_tables *tables);
void asked_ips_add_one(struct asked_ips *asked, struct ward_ip ip);
void asked_ips_done(struct asked_ips *asked);

/* What the node is told beside the tables. */
struct imaged_site {
	ward_sym node;
	const uint32_t *ifindex; /* by endpoint, or NULL */
	uint32_t n_own;
	const struct ward_ip *own;
	struct ward_cidr closed; /* or nothing */
};

/* Does the image say of each address who it is, and of each local pod, each identity, each protocol
 * and each port where something changes what the tables say?  Prints what differs. */
bool imaged_is_right(const struct imaged *imaged, const struct ward_engine *engine,
		     const struct imaged_site *site, const struct asked_ips *asked);

/* The same of another image; @n_identities: of the tables that both are of. */
bool images_are_same(const struct imaged *a, const struct imaged *b, uint32_t n_identities,
		     const struct asked_ips *asked);
