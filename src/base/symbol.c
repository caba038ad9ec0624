/* SPDX-License-Identifier: Apache-2.0 */
#include "base/symbol.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const char *const well_known[] = {
	[WARD_SYM_EMPTY] = "",
	[WARD_SYM_METADATA_NAME] = "kubernetes.io/metadata.name",
	[WARD_SYM_ENV] = "env",
	[WARD_SYM_SERVICE_ACCOUNT] = "service account",
};
static_assert(sizeof(well_known) / sizeof(well_known[0]) == WARD_N_SYM, "one text per symbol");

void ward_symbols_init(struct ward_symbols *symbols)
{
	*symbols = (struct ward_symbols){};
	for (int i = 0; i < WARD_N_SYM; i++)
		ward_symbol(symbols, well_known[i]);
}

void ward_symbols_done(struct ward_symbols *symbols)
{
	ward_intern_done(&symbols->strings);
}

ward_sym ward_symbol_n(struct ward_symbols *symbols, const char *str, size_t len)
{
	return ward_intern(&symbols->strings, str, len);
}

ward_sym ward_symbol(struct ward_symbols *symbols, const char *str)
{
	return ward_symbol_n(symbols, str, strlen(str));
}

ward_sym ward_symbol_find(const struct ward_symbols *symbols, const char *str)
{
	return ward_intern_find(&symbols->strings, str, strlen(str));
}

const char *ward_symbol_str(const struct ward_symbols *symbols, ward_sym sym)
{
	return sym == WARD_NONE ? "" : ward_intern_bytes(&symbols->strings, sym, NULL);
}

int ward_symbol_cmp(const struct ward_symbols *symbols, ward_sym a, ward_sym b)
{
	return a == b ? 0 : strcmp(ward_symbol_str(symbols, a), ward_symbol_str(symbols, b));
}

static int sym_cmp(const void *a, const void *b)
{
	ward_sym x = *(const ward_sym *)a, y = *(const ward_sym *)b;

	return (x > y) - (x < y);
}

uint32_t ward_symbols_sort(ward_sym *symbols, uint32_t n)
{
	uint32_t kept = 0;

	if (n)
		qsort(symbols, n, sizeof(*symbols), sym_cmp);
	for (uint32_t i = 0; i < n; i++)
		if (!kept || symbols[kept - 1] != symbols[i])
			symbols[kept++] = symbols[i];
	return kept;
}
