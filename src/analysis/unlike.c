/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/unlike.h"

/* "db", or "one of db, cache". */
static const char *values_text(struct ward_arena *arena, const struct ward_symbols *symbols,
			       const struct ward_requirement *requirement)
{
	const char *text = requirement->n_values == 1 ? "" : "one of ";

	for (uint32_t i = 0; i < requirement->n_values; i++)
		text = ward_arena_format(arena, "%s%s%s", text, i ? ", " : "",
					 ward_symbol_str(symbols, requirement->values[i]));
	return requirement->n_values == 1 && !*text ? "empty" : text;
}

/* "shop/web has no label role", "it has no label role". */
static const char *lacks_text(struct ward_arena *arena, const char *who, const char *key,
			      const char *wanted)
{
	return ward_arena_format(arena, "%s has no label %s%s%s", who ? who : "it", key,
				 wanted ? ", which must be " : "", wanted ? wanted : "");
}

/* "the service account of shop/web is default, not postgres" */
static const char *account_text(struct ward_arena *arena,
				const struct ward_requirement *requirement, const char *who,
				const char *has, const char *wanted)
{
	bool in = requirement->op == WARD_OP_IN;

	return ward_arena_format(arena, "the service account%s%s is %s%s%s", who ? " of " : "",
				 who ? who : "", has, in ? ", not " : ", which the group excludes",
				 in ? wanted : "");
}

const char *ward_unlike_text(struct ward_arena *arena, const struct ward_symbols *symbols,
			     const struct ward_requirement *requirement, struct ward_labels labels,
			     const char *who)
{
	const char *key = ward_symbol_str(symbols, requirement->key), *label;
	const char *wanted = values_text(arena, symbols, requirement);
	ward_sym value = ward_labels_get(labels, requirement->key);
	const char *has = value == WARD_SYM_EMPTY ? "empty" : ward_symbol_str(symbols, value);

	if (requirement->key == WARD_SYM_SERVICE_ACCOUNT)
		return account_text(arena, requirement, who, has, wanted);
	if (requirement->op == WARD_OP_IN && who && requirement->key == WARD_SYM_METADATA_NAME)
		return ward_arena_format(arena, "%s is not %s", who, wanted);
	if (requirement->op == WARD_OP_EXISTS)
		return lacks_text(arena, who, key, NULL);
	if (requirement->op == WARD_OP_IN && value == WARD_NONE)
		return lacks_text(arena, who, key, wanted);
	label = ward_arena_format(arena, "label %s%s%s", key, who ? " of " : "", who ? who : "");
	if (requirement->op == WARD_OP_IN)
		return ward_arena_format(arena, "%s is %s, not %s", label, has, wanted);
	return ward_arena_format(arena, "%s is %s, which the selector excludes", label, has);
}
