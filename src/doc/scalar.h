/* SPDX-License-Identifier: Apache-2.0 */
/* What an unquoted YAML scalar means; private to doc/.
 *
 * The rules are those of the YAML library in kubectl, which are YAML 1.1's with its own
 * exceptions: `yes`, `on` and `y` are booleans, `0777` and `0o777` are octal, `1_000` is a
 * thousand, `1:30` is a string, a timestamp is a string, and a float that is a whole number
 * becomes an integer on its way through JSON. */
#pragma once

#include "doc/node.h"

/* Sets the type and the value of @node from its text. */
void ward_scalar_resolve(struct ward_node *node);
