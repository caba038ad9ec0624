/* SPDX-License-Identifier: Apache-2.0 */
/* Manifests as lines of text, and the changes that an explanation asks for made in them, by what it
 * prints: as a person with an editor would, and with nothing that is not in the words. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/vec.h"

struct edit {
	WARD_VEC(char *) lines; /* a place that was cut out is NULL; one may hold several lines */
	char *more;		/* documents to add */
};

/* @text: as world_print() writes it. */
void edit_init(struct edit *edit, const char *text);
void edit_done(struct edit *edit);

/* Makes the change; false: these words ask for nothing that can be done by them alone. */
bool edit_apply(struct edit *edit, const char *fix);

/* The caller frees. */
char *edit_text(const struct edit *edit);
