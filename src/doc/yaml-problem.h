/* SPDX-License-Identifier: Apache-2.0 */
/* What libyaml has to complain, in a person's words; private to doc/. */
#pragma once

#include <yaml.h>

#include "doc/cursor.h"

/* Adds the diagnostic for the error @parser stopped with. */
void ward_yaml_problem(const struct ward_input *input, const yaml_parser_t *parser,
		       struct ward_cursor *cursor);
