/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/alloc.h"
#include "doc/json-writer.h"
#include "lab/change.h"
#include "lab/print.h"

enum {
	PODS_WIDTH = 56,   /* columns of names, so that the line has 80; scripts get all */
	CHANGES_SHOWN = 30 /* lines */
};

static uint32_t concerned_count(const struct lab *lab)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < lab->pods.n; i++)
		n += lab->pods.items[i]->concerned;
	return n;
}

static int64_t microseconds(const struct lab_change *change)
{
	return (change->switched_ns - change->request->received_ns) / 1000;
}

static void changed_json(struct ward_json *json, const struct ward_symbols *symbols,
			 const struct lab_changed *changed)
{
	ward_json_map(json, NULL);
	ward_json_str(json, "kind", ward_kind_str(changed->object.kind));
	if (changed->object.ns != WARD_NONE)
		ward_json_str(json, "namespace", ward_symbol_str(symbols, changed->object.ns));
	ward_json_str(json, "name", ward_symbol_str(symbols, changed->object.name));
	ward_json_str(json, "action", changed->action);
	ward_json_end_map(json);
}

static void change_json(const struct lab_change *change, FILE *out)
{
	const struct lab *lab = change->request->lab;
	struct ward_json json;

	ward_json_init(&json, out, false);
	ward_json_map(&json, NULL);
	ward_json_str(&json, "apiVersion", "ward.dev/v1");
	ward_json_str(&json, "kind", "LabChange");
	ward_json_list(&json, "objects");
	for (uint32_t i = 0; i < change->list.n; i++)
		changed_json(&json, lab->symbols, &change->list.items[i]);
	ward_json_end_list(&json);
	ward_json_list(&json, "pods");
	for (uint32_t i = 0; i < lab->pods.n; i++)
		if (lab->pods.items[i]->concerned)
			ward_json_str(&json, NULL, lab->pods.items[i]->id);
	ward_json_end_list(&json);
	ward_json_int(&json, "nodes", lab->n_nodes);
	ward_json_bool(&json, "enforced", lab->enforce);
	ward_json_int(&json, "microseconds", microseconds(change));
	ward_json_end_map(&json);
}

static void changed_print(const struct ward_symbols *symbols, const struct lab_changed *changed,
			  FILE *out)
{
	const struct ward_object *object = &changed->object;

	fprintf(out, "%s ", ward_kind_str(object->kind));
	if (object->ns != WARD_NONE)
		ward_text_printf(out, "%s/", ward_symbol_str(symbols, object->ns));
	ward_text_put(out, ward_symbol_str(symbols, object->name));
	fprintf(out, " %s", changed->action);
	if (changed->details) {
		fputs(": ", out);
		ward_text_put(out, changed->details);
	}
	fputc('\n', out);
}

static void concerned_print(const struct lab *lab, FILE *out)
{
	uint32_t n = concerned_count(lab), shown = 0;
	size_t width = 0;

	if (!n)
		return;
	fprintf(out, "%u pod%s concerned: ", n, lab_plural(n));
	for (uint32_t i = 0; i < lab->pods.n; i++) {
		const char *id = lab->pods.items[i]->id;

		if (!lab->pods.items[i]->concerned)
			continue;
		width += strlen(id) + 2;
		if (shown && width > PODS_WIDTH)
			break;
		fprintf(out, "%s%s", shown++ ? ", " : "", id);
	}
	fputs(n > shown ? ", …\n" : "\n", out);
}

static bool is_change(const struct lab_change *change)
{
	for (uint32_t i = 0; i < change->list.n; i++)
		if (!lab_changed_nothing(&change->list.items[i]))
			return true;
	return false;
}

static void duration_print(const struct lab_change *change, FILE *out)
{
	const struct lab *lab = change->request->lab;
	int64_t us = microseconds(change);

	if (!lab->enforce)
		fputs("nothing is enforced (--no-enforce)\n", out);
	else if (us < 10000)
		fprintf(out, "in force on %u node%s after %ld µs\n", lab->n_nodes,
			lab_plural(lab->n_nodes), (long)us);
	else
		fprintf(out, "in force on %u node%s after %.1f ms\n", lab->n_nodes,
			lab_plural(lab->n_nodes), us / 1e3);
}

void lab_print_change(const struct lab_change *change, enum ward_lab_format format,
		      const struct ward_text *text)
{
	if (format == WARD_LAB_JSON) {
		change_json(change, text->out);
		return;
	}
	for (uint32_t i = 0; i < change->list.n && i < CHANGES_SHOWN; i++)
		changed_print(change->request->lab->symbols, &change->list.items[i], text->out);
	if (change->list.n > CHANGES_SHOWN)
		fprintf(text->out, "… and %u more\n", change->list.n - CHANGES_SHOWN);
	concerned_print(change->request->lab, text->out);
	if (is_change(change))
		duration_print(change, text->out);
}
