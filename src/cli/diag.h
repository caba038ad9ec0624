/* SPDX-License-Identifier: Apache-2.0 */
/* Diagnostics as people read them. */
#pragma once

#include "base/diag.h"
#include "report/source.h"

/* Those of @least severity and above, in the order found:
 *
 *	shop.yaml:12:9: error: NetworkPolicy shop/web: … [bad-port]
 *	  hint: …
 *
 * on a terminal with the line in question. */
void ward_diags_print(const struct ward_diags *diags, struct ward_sources *sources,
		      const struct ward_text *text, enum ward_severity least);

/* One of them. */
void ward_diag_print(const struct ward_diag *diag, struct ward_sources *sources,
		     const struct ward_text *text);

/* "shop.yaml:12:9", escaped; what is not known is left out. */
void ward_mark_print(FILE *out, const struct ward_symbols *symbols, struct ward_mark mark);
