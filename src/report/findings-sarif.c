/* SPDX-License-Identifier: Apache-2.0 */
/* SARIF: one run, a rule for each code that was found. */
#include <ctype.h>
#include <string.h>

#include "doc/json-writer.h"
#include "report/findings.h"

#define HOME "https://ward.dev"
#define SCHEMA "https://json.schemastore.org/sarif-2.1.0.json"

/* The codes found: the rules, in the order met. */
struct codes {
	struct ward_intern names;
	WARD_VEC(const struct ward_diag *) first;
};

static void codes_collect(struct codes *codes, const struct ward_findings *findings)
{
	for (uint32_t i = 0; i < findings->list.n; i++) {
		const struct ward_diag *diag = &findings->list.items[i].diag;
		uint32_t id = ward_intern(&codes->names, diag->code, strlen(diag->code));

		if (id == codes->first.n)
			ward_vec_push(&codes->first, diag);
	}
}

static void text_json(struct ward_json *json, const char *key, const char *text)
{
	ward_json_map(json, key);
	ward_json_str(json, "text", text);
	ward_json_end_map(json);
}

/* "no-dns": "No dns". */
static void title_json(struct ward_json *json, const char *code)
{
	_cleanup_free_ char *title = ward_strdup(code);

	title[0] = (char)toupper((unsigned char)title[0]);
	for (char *c = title; *c; c++)
		if (*c == '-')
			*c = ' ';
	text_json(json, "shortDescription", title);
}

static void rule_json(struct ward_json *json, const struct ward_diag *diag)
{
	_cleanup_free_ char *page = ward_format(HOME "/docs/findings/%s.md", diag->code);

	ward_json_map(json, NULL);
	ward_json_str(json, "id", diag->code);
	title_json(json, diag->code);
	ward_json_str(json, "helpUri", page);
	ward_json_map(json, "defaultConfiguration");
	ward_json_str(json, "level", ward_severity_str(diag->severity));
	ward_json_end_map(json);
	ward_json_end_map(json);
}

static void tool_json(struct ward_json *json, const struct codes *codes, const char *version)
{
	ward_json_map(json, "tool");
	ward_json_map(json, "driver");
	ward_json_str(json, "name", "ward");
	ward_json_str(json, "semanticVersion", version);
	ward_json_str(json, "informationUri", HOME);
	ward_json_list(json, "rules");
	for (uint32_t i = 0; i < codes->first.n; i++)
		rule_json(json, codes->first.items[i]);
	ward_json_end_list(json);
	ward_json_end_map(json);
	ward_json_end_map(json);
}

/* A path as a relative URI reference: what may not stand in one is written as %XX. */
static char *path_uri(const char *path)
{
	static const char digits[] = "0123456789ABCDEF";
	char *uri, *out;

	if (path[0] == '.' && path[1] == '/')
		path += 2;
	uri = out = ward_alloc(strlen(path) * 3 + 1);
	for (; *path; path++) {
		unsigned char c = (unsigned char)*path;

		if (c < 0x80 && (isalnum(c) || strchr("/._-~", c))) {
			*out++ = (char)c;
			continue;
		}
		*out++ = '%';
		*out++ = digits[c >> 4];
		*out++ = digits[c & 15];
	}
	return uri;
}

static void location_json(struct ward_json *json, const struct ward_symbols *symbols,
			  const struct ward_diag *diag)
{
	_cleanup_free_ char *uri = path_uri(ward_symbol_str(symbols, diag->mark.file));

	ward_json_list(json, "locations");
	ward_json_map(json, NULL);
	ward_json_map(json, "physicalLocation");
	ward_json_map(json, "artifactLocation");
	ward_json_str(json, "uri", uri);
	ward_json_end_map(json);
	if (diag->mark.line) {
		ward_json_map(json, "region");
		ward_json_int(json, "startLine", diag->mark.line);
		if (diag->mark.col)
			ward_json_int(json, "startColumn", diag->mark.col);
		ward_json_end_map(json);
	}
	ward_json_end_map(json);
	ward_json_end_map(json);
	ward_json_end_list(json);
}

static void suppression_json(struct ward_json *json, const char *reason)
{
	ward_json_list(json, "suppressions");
	ward_json_map(json, NULL);
	ward_json_str(json, "kind", "inSource");
	ward_json_str(json, "justification", reason);
	ward_json_end_map(json);
	ward_json_end_list(json);
}

static void result_json(struct ward_json *json, const struct codes *codes,
			const struct ward_symbols *symbols, const struct ward_finding *finding)
{
	const struct ward_diag *diag = &finding->diag;
	const char *object = diag->object ? diag->object : "";
	const char *hint = diag->hint ? diag->hint : "";
	_cleanup_free_ char *text = ward_format("%s%s%s%s%s", object, *object ? ": " : "",
						diag->message, *hint ? "\n" : "", hint);

	ward_json_map(json, NULL);
	ward_json_str(json, "ruleId", diag->code);
	ward_json_int(json, "ruleIndex",
		      ward_intern_find(&codes->names, diag->code, strlen(diag->code)));
	ward_json_str(json, "level", ward_severity_str(diag->severity));
	text_json(json, "message", text);
	if (diag->mark.file != WARD_NONE)
		location_json(json, symbols, diag);
	if (finding->ignored)
		suppression_json(json, finding->ignored);
	ward_json_end_map(json);
}

void ward_report_findings_sarif(const struct ward_findings *findings,
				const struct ward_symbols *symbols, const char *version, FILE *out)
{
	struct codes codes = {};
	struct ward_json json;

	codes_collect(&codes, findings);
	ward_json_init(&json, out, false);
	ward_json_map(&json, NULL);
	ward_json_str(&json, "$schema", SCHEMA);
	ward_json_str(&json, "version", "2.1.0");
	ward_json_list(&json, "runs");
	ward_json_map(&json, NULL);
	tool_json(&json, &codes, version);
	/* Columns are bytes; SARIF counts code units or code points, alike in ASCII. */
	ward_json_str(&json, "columnKind", "unicodeCodePoints");
	ward_json_list(&json, "results");
	for (uint32_t i = 0; i < findings->list.n; i++)
		result_json(&json, &codes, symbols, &findings->list.items[i]);
	ward_json_end_list(&json);
	ward_json_end_map(&json);
	ward_json_end_list(&json);
	ward_json_end_map(&json);
	ward_intern_done(&codes.names);
	ward_vec_done(&codes.first);
}
