/* SPDX-License-Identifier: Apache-2.0 */
#include "report/exposure-words.h"

#include <string.h>

#include "analysis/ports.h"
#include "report/map.h"

static const char name_key[] = "kubernetes.io/metadata.name";

static void values_put(FILE *out, const struct ward_exposed_label *label)
{
	for (uint32_t i = 0; i < label->n_values; i++)
		fprintf(out, "%s%s", i ? ", " : "", label->values[i]);
}

/* As selectors are written: "role=db", "role in (a, b)", "role", "!role", "role!=a". */
static void label_put(FILE *out, const struct ward_exposed_label *label)
{
	const char *key = label->key;

	if (!label->n_values) {
		fprintf(out, "%s%s", label->except ? "" : "!", key);
		return;
	}
	if (label->except && !label->absent)
		fprintf(out, "%s, ", key);
	if (label->n_values == 1) {
		fprintf(out, "%s%s%s", key, label->except ? "!=" : "=", label->values[0]);
	} else {
		fprintf(out, "%s %s (", key, label->except ? "notin" : "in");
		values_put(out, label);
		fputc(')', out);
	}
	if (!label->except && label->absent)
		fprintf(out, " or !%s", key);
}

static void labels_put(FILE *out, const struct ward_exposed_labels *labels)
{
	const char *before = " with ";

	for (uint32_t i = 0; i < labels->n; i++) {
		if (strcmp(labels->items[i].key, name_key) == 0)
			continue;
		fputs(before, out);
		label_put(out, &labels->items[i]);
		before = ", ";
	}
}

static const struct ward_exposed_label *name_of(const struct ward_exposed_labels *labels)
{
	for (uint32_t i = 0; i < labels->n; i++)
		if (strcmp(labels->items[i].key, name_key) == 0)
			return &labels->items[i];
	return NULL;
}

static void namespaces_put(FILE *out, const struct ward_exposed_labels *labels)
{
	const struct ward_exposed_label *name = name_of(labels);

	if (!name || name->except)
		fputs(" in any namespace", out);
	else
		fputs(name->n_values == 1 ? " in namespace " : " in namespaces ", out);
	if (name && name->except)
		fputs(" but ", out);
	if (name)
		values_put(out, name);
	labels_put(out, labels);
}

static bool is_all_of(struct ward_ip_range range, enum ward_family family)
{
	return ward_ip_eq(range.first, ward_ip_min(family)) && ward_ip_is_max(range.last);
}

static void ranges_put(FILE *out, const struct ward_exposed_peer *peer)
{
	if (peer->n_ranges == 2 && is_all_of(peer->ranges[0], WARD_FAMILY_4) &&
	    is_all_of(peer->ranges[1], WARD_FAMILY_6)) {
		fputs("world", out);
		return;
	}
	for (uint32_t i = 0; i < peer->n_ranges; i++) {
		_cleanup_free_ char *name = ward_report_range_name(peer->ranges[i]);

		fprintf(out, "%s%s", i ? ", " : "", name);
	}
}

char *ward_exposed_peer_text(const struct ward_exposed_peer *peer)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		abort();
	if (peer->kind == WARD_SPACE_OUTSIDE) {
		ranges_put(out, peer);
	} else {
		fputs(peer->kind == WARD_SPACE_NODE ? "any node" : "any pod", out);
		labels_put(out, &peer->labels);
	}
	if (peer->kind == WARD_SPACE_NEW)
		namespaces_put(out, &peer->namespaces);
	fclose(out);
	return text;
}

static void names_put(FILE *out, const char *word, const char *const *names, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		fprintf(out, "%s%s", i ? ", " : word, names[i]);
}

char *ward_exposed_ports_text(const struct ward_exposed_peer *peer)
{
	_cleanup_free_ char *ports = ward_port_set_text(&peer->ports);
	const char *all = peer->n_names ? strstr(ports, " 1-65535") : NULL;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		abort();
	/* A name is enough. */
	fprintf(out, "%.*s%s", all ? (int)(all - ports) : (int)strlen(ports), ports,
		all ? all + strlen(" 1-65535") : "");
	names_put(out, " called ", peer->names, peer->n_names);
	names_put(out, " not called ", peer->unnamed, peer->n_unnamed);
	fclose(out);
	return text;
}
