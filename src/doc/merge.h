/* SPDX-License-Identifier: Apache-2.0 */
/* YAML's merge key `<<`; private to doc/.
 *
 * As in kubectl: of a list of maps the earlier ones win, and between `<<` and a key of the map
 * itself the one written later wins.  The latter is not what YAML says (a map's own keys win), so
 * a `<<` that overrides a key above it gets a warning. */
#pragma once

#include "doc/build.h"

/* Replaces the merge keys above @base, which are of type NULL, by what their maps hold. */
void ward_merge(struct ward_build *build, uint32_t base);
