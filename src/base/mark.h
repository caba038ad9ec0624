/* SPDX-License-Identifier: Apache-2.0 */
/* A mark: the place in the user's input that something came from. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/symbol.h"

struct ward_mark {
	ward_sym file; /* as the user named it; "-" is stdin; WARD_NONE = no place */
	uint32_t line; /* from 1; 0 = unknown */
	uint32_t col;  /* from 1, in bytes */
};

static inline bool ward_mark_eq(struct ward_mark a, struct ward_mark b)
{
	return a.file == b.file && a.line == b.line && a.col == b.col;
}
