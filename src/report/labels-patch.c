/* SPDX-License-Identifier: Apache-2.0 */
/* kubectl commands.  Pods and namespaces are labelled; of workloads the template is changed, and
 * their controllers then replace the pods.  All that comes from the input stands in quotes. */
#include <ctype.h>
#include <string.h>

#include "report/labels.h"

/* As one word of a POSIX shell. */
static void word_put(FILE *out, const char *word)
{
	fputc('\'', out);
	for (; *word; word++) {
		if (*word == '\'')
			fputs("'\\''", out);
		else
			fputc(*word, out);
	}
	fputc('\'', out);
}

/* Names, keys and values hold only what needs no escape in JSON; anything else is none of them. */
static bool is_plain(const char *text)
{
	for (; *text; text++)
		if (!isalnum((unsigned char)*text) && !strchr("-._/", *text))
			return false;
	return true;
}

static bool is_same_object(const struct ward_label_fix *a, const struct ward_label_fix *b)
{
	return a->kind == b->kind && a->ns == b->ns && a->name == b->name;
}

static void target_put(FILE *out, const struct ward_symbols *symbols,
		       const struct ward_label_fix *fix)
{
	const char *kind = ward_kind_str(fix->kind);

	fputc(' ', out);
	for (; *kind; kind++)
		fputc(tolower((unsigned char)*kind), out);
	fputc(' ', out);
	word_put(out, ward_symbol_str(symbols, fix->name));
	if (fix->ns == WARD_NONE)
		return;
	fputs(" -n ", out);
	word_put(out, ward_symbol_str(symbols, fix->ns));
}

static void label_put(FILE *out, const struct ward_symbols *symbols,
		      const struct ward_label_fix *fixes, uint32_t n)
{
	fputs("kubectl label --overwrite", out);
	target_put(out, symbols, fixes);
	for (uint32_t i = 0; i < n; i++) {
		const char *key = ward_symbol_str(symbols, fixes[i].key);
		bool goes = fixes[i].value == WARD_NONE;
		_cleanup_free_ char *word =
			ward_format("%s%s%s", key, goes ? "-" : "=",
				    goes ? "" : ward_symbol_str(symbols, fixes[i].value));

		fputc(' ', out);
		word_put(out, word);
	}
	fputc('\n', out);
}

static void template_put(FILE *out, const struct ward_symbols *symbols,
			 const struct ward_label_fix *fixes, uint32_t n)
{
	bool cron = fixes->kind == WARD_KIND_CRONJOB;

	fputs("kubectl patch", out);
	target_put(out, symbols, fixes);
	fprintf(out, " --type merge -p '{\"spec\":{%s\"template\":{\"metadata\":{\"labels\":{",
		cron ? "\"jobTemplate\":{\"spec\":{" : "");
	for (uint32_t i = 0; i < n; i++) {
		fprintf(out, "%s\"%s\":", i ? "," : "", ward_symbol_str(symbols, fixes[i].key));
		if (fixes[i].value == WARD_NONE)
			fputs("null", out);
		else
			fprintf(out, "\"%s\"", ward_symbol_str(symbols, fixes[i].value));
	}
	fprintf(out, "}}}%s}}'\n", cron ? "}}" : "");
}

/* The template of a Job cannot be changed. */
static void job_put(FILE *out, const struct ward_symbols *symbols, const struct ward_label_fix *fix)
{
	fputs("# not possible, a Job's template stays as it is:", out);
	target_put(out, symbols, fix);
	fputs("; make it anew\n", out);
}

static bool are_plain(const struct ward_symbols *symbols, const struct ward_label_fix *fixes,
		      uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (!is_plain(ward_symbol_str(symbols, fixes[i].key)) ||
		    !is_plain(ward_symbol_str(symbols, fixes[i].value)) ||
		    !is_plain(ward_symbol_str(symbols, fixes[i].name)) ||
		    !is_plain(ward_symbol_str(symbols, fixes[i].ns)))
			return false;
	return true;
}

void ward_report_labels_patch(const struct ward_label_audit *audit,
			      const struct ward_symbols *symbols, FILE *out)
{
	const struct ward_label_fix *fixes = audit->fixes.items;

	for (uint32_t i = 0, end; i < audit->fixes.n; i = end) {
		for (end = i + 1; end < audit->fixes.n && is_same_object(&fixes[i], &fixes[end]);)
			end++;
		if (!are_plain(symbols, &fixes[i], end - i))
			fputs("# left out: its name is none that Kubernetes knows\n", out);
		else if (fixes[i].kind == WARD_KIND_POD || fixes[i].kind == WARD_KIND_NAMESPACE)
			label_put(out, symbols, &fixes[i], end - i);
		else if (fixes[i].kind == WARD_KIND_JOB)
			job_put(out, symbols, &fixes[i]);
		else
			template_put(out, symbols, &fixes[i], end - i);
	}
}
