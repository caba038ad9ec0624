/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "report/text.h"

/* A cell must not end early, nor begin a link, an image, code or HTML. */
static void markdown_put(FILE *out, const char *cell)
{
	for (; *cell; cell++) {
		char one[] = {*cell, '\0'};

		if (strchr("|\\`*_[]<>&~", *cell))
			fputc('\\', out);
		if ((unsigned char)*cell < 0x80)
			ward_text_put(out, one);
		else
			fputc(*cell, out);
	}
}

void ward_table_markdown(const struct ward_table *table, FILE *out)
{
	uint32_t n = table->n_columns;

	for (uint32_t i = 0; i < table->cells.n; i++) {
		fputs(i % n ? " | " : "| ", out);
		markdown_put(out, table->cells.items[i]);
		if (i % n == n - 1)
			fputs(" |\n", out);
		for (uint32_t k = 0; i == n - 1 && k < n; k++)
			fputs(k + 1 < n ? "|---" : "|---|\n", out);
	}
}
