/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the writing of worlds as manifests: what its files share. */
#pragma once

#include <stdio.h>

#include "group/grouppolicy.h"
#include "group/usergroup.h"

struct printer {
	const struct ward_symbols *symbols;
	FILE *out;
};

const char *printed(const struct printer *printer, ward_sym sym);

/* As the value of `matchExpressions`, or of `expressions` in a group. */
void print_requirements(const struct printer *printer, const struct ward_selector *selector);

/* From `spec:` on. */
void print_grouppolicy(const struct printer *printer, const struct ward_grouppolicy *gp);
void print_usergroup(const struct printer *printer, const struct ward_usergroup *group);
