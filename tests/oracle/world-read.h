/* SPDX-License-Identifier: Apache-2.0 */
/* A world from manifests: documents are added one by one, then it is complete. */
#pragma once

#include "base/diag.h"
#include "kube/snapshot.h"
#include "oracle/world.h"

struct ward_node;

struct reading {
	struct ward_diags diags;
	bool like_server;
	struct ward_snapshot snapshot; /* owns the objects of the world */
};

void reading_init(struct reading *reading, struct ward_symbols *symbols);
void reading_done(struct reading *reading);

void reading_add(struct reading *reading, ward_sym file, const struct ward_node *root);
void reading_add_text(struct reading *reading, const char *name, const char *text, size_t size);

/* What was read, complete; valid as long as the reading. */
void reading_world(struct reading *reading, struct world *ret_world);

void reading_print_diags(const struct reading *reading, FILE *out);
