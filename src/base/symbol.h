/* SPDX-License-Identifier: Apache-2.0 */
/* Symbols: strings as numbers.  Every name, label key, label value and file name that comes in is
 * interned once; from there on they are compared and stored as u32. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/intern.h"

typedef uint32_t ward_sym; /* index into a struct ward_symbols; WARD_NONE = absent */

/* Known to every table under fixed numbers. */
enum ward_well_known {
	WARD_SYM_EMPTY,		/* "" */
	WARD_SYM_METADATA_NAME, /* "kubernetes.io/metadata.name" (A4.7) */
	WARD_SYM_ENV,		/* "env": the environment label of a namespace */
	/* "service account": of a pod, derived from its spec.  No label can have this key, so
	 * nobody who writes labels can write it (groups.md 8.6). */
	WARD_SYM_SERVICE_ACCOUNT,
	WARD_N_SYM,
};

struct ward_symbols {
	struct ward_intern strings;
};

void ward_symbols_init(struct ward_symbols *symbols);
void ward_symbols_done(struct ward_symbols *symbols);

/* @str need not end in NUL. */
ward_sym ward_symbol_n(struct ward_symbols *symbols, const char *str, size_t len);
ward_sym ward_symbol(struct ward_symbols *symbols, const char *str);

/* WARD_NONE if the string was never seen. */
ward_sym ward_symbol_find(const struct ward_symbols *symbols, const char *str);

/* The NUL-terminated text, valid as long as the table; "" for WARD_NONE. */
const char *ward_symbol_str(const struct ward_symbols *symbols, ward_sym sym);

/* Sorts by number; returns how many are left when each is there once. */
uint32_t ward_symbols_sort(ward_sym *symbols, uint32_t n);

/* As strcmp(3) of the texts. */
int ward_symbol_cmp(const struct ward_symbols *symbols, ward_sym a, ward_sym b);
