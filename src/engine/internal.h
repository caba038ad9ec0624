/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the engine share. */
#pragma once

#include "engine/engine.h"
#include "engine/identity.h"
#include "engine/inventory.h"
#include "engine/row.h"
#include "engine/ruleset.h"
#include "engine/shape.h"

/* One computation: the stages' results and the tables that point into them. */
struct compiled {
	struct ward_tables tables;
	struct ruleset ruleset;
	struct shapes shapes;
	struct identities identities;
	struct rows rows;
	struct ward_arena arena; /* the arrays of the tables */
};

struct ward_engine {
	ward_sym node; /* subjects of interest: this node's pods; WARD_NONE: all */
	struct inventory inventory;
	WARD_VEC(struct ward_policy *) policies;
	WARD_VEC(struct ward_policy *) retired; /* removed since the last commit */
	struct compiled *compiled;
	uint64_t version;
};

struct compiled *compiled_new(struct ward_engine *engine);
struct compiled *compiled_free(struct compiled *compiled); /* NULL; accepts NULL */
