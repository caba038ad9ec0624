/* SPDX-License-Identifier: Apache-2.0 */
#include "oracle/edit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

void edit_init(struct edit *edit, const char *text)
{
	*edit = (struct edit){.more = ward_strdup("")};
	while (*text) {
		size_t len = strcspn(text, "\n");

		ward_vec_push(&edit->lines, ward_format("%.*s\n", (int)len, text));
		text += len + (text[len] == '\n');
	}
}

void edit_done(struct edit *edit)
{
	for (uint32_t i = 0; i < edit->lines.n; i++)
		free(edit->lines.items[i]);
	ward_vec_done(&edit->lines);
	free(edit->more);
}

char *edit_text(const struct edit *edit)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	for (uint32_t i = 0; i < edit->lines.n; i++)
		fputs(edit->lines.items[i] ? edit->lines.items[i] : "", out);
	fputs(edit->more, out);
	fclose(out);
	return text;
}

static void replace(char **place, char *by)
{
	free(*place);
	*place = by;
}

static bool starts(const char *line, const char *with)
{
	return line && strncmp(line, with, strlen(with)) == 0;
}

/* The line of the first "(world:LINE)" in the text; NULL: there is none. */
static char **place_of(struct edit *edit, const char *text)
{
	const char *at = text ? strstr(text, "(world:") : NULL;
	uint32_t line = at ? (uint32_t)atoi(at + strlen("(world:")) : 0;

	return line && line <= edit->lines.n ? &edit->lines.items[line - 1] : NULL;
}

static bool is_last(const struct edit *edit, char *const *place)
{
	return place + 1 == edit->lines.items + edit->lines.n || starts(place[1], "---");
}

/* The line of the same document, from the place on, that begins so. */
static char **find_below(const struct edit *edit, char **place, const char *with)
{
	while (place && !starts(*place, with))
		place = is_last(edit, place) ? NULL : place + 1;
	return place;
}

/* … or anywhere in the document. */
static char **find_in(const struct edit *edit, char **place, const char *with)
{
	while (place && place > edit->lines.items && !starts(*place, "---"))
		place--;
	return find_below(edit, place, with);
}

/* After the line with the key of a list. */
static bool list_add(char **key, const char *name, const char *items)
{
	if (!key)
		return false;
	replace(key, starts(strchr(*key, ':'), ": []") ? ward_format("  %s:\n%s", name, items)
						       : ward_format("%s%s", *key, items));
	return true;
}

/* "add to spec.ingress of NetworkPolicy x/p (world:31):" */
static bool add_rule(struct edit *edit, const char *fix, const char *yaml)
{
	const char *list = fix + strlen("add to spec.");
	_cleanup_free_ char *name = ward_format("%.*s", (int)strcspn(list, " "), list);
	_cleanup_free_ char *key = ward_format("  %s:", name);

	return list_add(find_below(edit, place_of(edit, fix), key), name, yaml);
}

static bool put_before(struct edit *edit, const char *fix, const char *yaml)
{
	char **place = place_of(edit, fix);

	if (!place)
		return false;
	replace(place, ward_format("%s%s", yaml, *place));
	return true;
}

/* An item of a list and all that is below it. */
static void cut_item(struct edit *edit, char **place)
{
	char **end = place;

	do
		replace(end++, NULL);
	while (end < edit->lines.items + edit->lines.n && starts(*end, "    "));
}

static bool cut_rules(struct edit *edit, const char *fix)
{
	bool cut = false;

	for (const char *at = strstr(fix, "(world:"); at; at = strstr(at + 1, "(world:")) {
		char **place = place_of(edit, at);

		if (!place || !*place)
			continue;
		cut_item(edit, place);
		cut = true;
	}
	return cut;
}

/* Puts a word behind the first @after of a line. */
static bool insert(char **line, const char *after, const char *word)
{
	char *at = line && *line ? strstr(*line, after) : NULL;

	if (!at)
		return false;
	at += strlen(after);
	replace(line, ward_format("%.*s%s%s", (int)(at - *line), *line, word, at));
	return true;
}

/* "add port 53/UDP to that rule (world:31)" */
static bool add_port(struct edit *edit, const char *fix)
{
	char **place = place_of(edit, fix);
	unsigned port;
	char proto[8];
	_cleanup_free_ char *word = NULL;

	if (!place || sscanf(fix, "add port %u/%7[A-Z]", &port, proto) != 2)
		return false;
	if (find_in(edit, place, "kind: GroupPolicy")) {
		word = ward_format("\"%u/%s\", ", port, proto);
		return insert(place, "ports: [", word);
	}
	if (find_in(edit, place, "kind: NetworkPolicy")) {
		word = ward_format("{protocol: %s, port: %u}, ", proto, port);
		return insert(find_below(edit, place, "    ports: ["), "ports: [", word);
	}
	if (find_in(edit, place, "kind: AdminNetworkPolicy")) {
		word = ward_format("{portNumber: {protocol: %s, port: %u}}, ", proto, port);
		return insert(find_below(edit, place, "    ports: ["), "ports: [", word);
	}
	for (char *c = proto; *c; c++)
		*c += 'a' - 'A';
	word = ward_format("{%s: {destinationPort: {number: %u}}}, ", proto, port);
	return insert(find_below(edit, place, "    protocols: ["), "protocols: [", word);
}

/* Takes `key: "value", ` out of a line, if it is there. */
static void cut_label(char **line, const char *key)
{
	_cleanup_free_ char *first = ward_format("{%s: \"", key);
	_cleanup_free_ char *other = ward_format(" %s: \"", key);
	char *at = strstr(*line, first), *end;

	if (!at)
		at = strstr(*line, other);
	if (!at)
		return;
	end = strchr(at + strlen(first), '"') + 1;
	end += *end == ',';
	memmove(at + 1, end, strlen(end) + 1);
}

/* "give x/p1 the label app=web" */
static bool add_label(struct edit *edit, const char *fix)
{
	char ns[64], name[64], key[64], value[64];
	_cleanup_free_ char *name_line = NULL, *ns_line = NULL, *word = NULL;

	if (sscanf(fix, "give %63[^/]/%63[^[ ]%*[^ ] the label %63[^=]=%63s", ns, name, key,
		   value) != 4 &&
	    sscanf(fix, "give %63[^/]/%63[^ ] the label %63[^=]=%63s", ns, name, key, value) != 4)
		return false;
	name_line = ward_format("  name: \"%s\"\n", name);
	ns_line = ward_format("  namespace: \"%s\"\n", ns);
	word = ward_format("%s: \"%s\", ", key, value);
	for (uint32_t i = 2; i + 1 < edit->lines.n; i++) {
		char **line = &edit->lines.items[i];

		if (!*line || strcmp(*line, name_line) != 0 || !line[1] ||
		    strcmp(line[1], ns_line) != 0 ||
		    (!starts(line[-2], "kind: Pod") && !starts(line[-2], "kind: Deployment")))
			continue;
		while (!strstr(*line, "  labels: {"))
			line++;
		cut_label(line, key);
		return insert(line, "labels: {", word);
	}
	return false;
}

/* "leave dns out of `exempt` in spec of GroupPolicy shop (world:31)" */
static bool close_exemption(struct edit *edit, const char *fix)
{
	char **line = find_in(edit, place_of(edit, fix), "  exempt: [");
	char name[32];
	char *at;

	if (!line || sscanf(fix, "leave %31s out", name) != 1 || !(at = strstr(*line, name)))
		return false;
	memmove(at, at + strlen(name), strlen(at + strlen(name)) + 1);
	if (*at == ',')
		memmove(at, at + 2, strlen(at + 2) + 1);
	else if (at[-1] == ' ')
		memmove(at - 2, at, strlen(at) + 1);
	return true;
}

static bool add_document(struct edit *edit, const char *yaml)
{
	replace(&edit->more, ward_format("%s---\n%s", edit->more, yaml));
	return true;
}

bool edit_apply(struct edit *edit, const char *fix)
{
	const char *yaml = strstr(fix, ":\n");

	yaml = yaml ? yaml + 2 : NULL;
	if (yaml && starts(fix, "add to spec."))
		return add_rule(edit, fix, yaml);
	if (yaml && starts(fix, "put before "))
		return put_before(edit, fix, yaml);
	if (yaml && starts(fix, "add a policy"))
		return add_document(edit, yaml);
	if (starts(fix, "mend or delete ") || starts(fix, "delete or narrow "))
		return cut_rules(edit, fix);
	if (starts(fix, "add port "))
		return add_port(edit, fix);
	if (starts(fix, "give "))
		return add_label(edit, fix);
	return starts(fix, "leave ") && close_exemption(edit, fix);
}
