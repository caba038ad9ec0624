/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/snapshot.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/day.h"
#include "kube/decode.h"
#include "kube/names.h"
#include "kube/pod.h"

struct key {
	uint32_t kind;
	ward_sym ns, name;
};

void ward_snapshot_init(struct ward_snapshot *snapshot, struct ward_symbols *symbols,
			struct ward_diags *diags)
{
	*snapshot =
		(struct ward_snapshot){.symbols = symbols, .diags = diags, .today = WARD_DAY_LAST};
}

void ward_snapshot_done(struct ward_snapshot *snapshot)
{
	ward_vec_done(&snapshot->objects);
	ward_vec_done(&snapshot->ignores);
	ward_intern_done(&snapshot->keys);
	ward_arena_done(&snapshot->arena);
	*snapshot = (struct ward_snapshot){};
}

static void object_print(const struct ward_snapshot *snapshot, const struct ward_object *object,
			 char *buf, size_t size)
{
	const char *ns = ward_symbol_str(snapshot->symbols, object->ns);

	snprintf(buf, size, "%s %s%s%s", ward_kind_str(object->kind), ns, *ns ? "/" : "",
		 ward_symbol_str(snapshot->symbols, object->name));
}

static void duplicate_report(struct ward_snapshot *snapshot, const struct ward_object *old,
			     const struct ward_object *object)
{
	char text[384];

	object_print(snapshot, object, text, sizeof(text));
	ward_diag(snapshot->diags, WARD_WARNING, "duplicate-object", object->mark, text,
		  "remove one of the two",
		  "already defined in %s:%u:%u; this later one replaces it",
		  ward_symbol_str(snapshot->symbols, old->mark.file), old->mark.line,
		  old->mark.col);
}

void ward_snapshot_add(struct ward_snapshot *snapshot, struct ward_object *object)
{
	struct key key = {object->kind, object->ns, object->name};
	uint32_t id = ward_intern(&snapshot->keys, &key, sizeof(key));

	if (id == snapshot->objects.n) {
		ward_vec_push(&snapshot->objects, object);
		return;
	}
	if (snapshot->objects.items[id])
		duplicate_report(snapshot, snapshot->objects.items[id], object);
	snapshot->objects.items[id] = object;
}

/* The place of an object in the list, or NULL when none of that name was ever there. */
static struct ward_object **object_slot(const struct ward_snapshot *snapshot, enum ward_kind kind,
					ward_sym ns, ward_sym name)
{
	struct key key = {kind, ns, name};
	uint32_t id = ward_intern_find(&snapshot->keys, &key, sizeof(key));

	return id == WARD_NONE ? NULL : &snapshot->objects.items[id];
}

bool ward_snapshot_remove(struct ward_snapshot *snapshot, enum ward_kind kind, ward_sym ns,
			  ward_sym name)
{
	struct ward_object **slot = object_slot(snapshot, kind, ns, name);

	if (!slot || !*slot)
		return false;
	*slot = NULL;
	return true;
}

struct ward_object *ward_snapshot_find(const struct ward_snapshot *snapshot, enum ward_kind kind,
				       ward_sym ns, ward_sym name)
{
	struct ward_object **slot = object_slot(snapshot, kind, ns, name);

	return slot ? *slot : NULL;
}

static bool version_matches(const char *pattern, const char *api_version)
{
	size_t len = strlen(pattern);

	if (len && pattern[len - 1] == '/')
		return strncmp(pattern, api_version, len) == 0;
	return strcmp(pattern, api_version) == 0;
}

bool ward_decoder_matches(const struct ward_decoder *decoder, const char *api_version,
			  const char *kind)
{
	return (!*decoder->kind || strcmp(decoder->kind, kind) == 0) &&
	       version_matches(decoder->api_version, api_version);
}

/* Is this API group one of Kubernetes itself?  Those of extensions have a domain in their name. */
static bool version_is_builtin(const char *api_version)
{
	size_t len = strcspn(api_version, "/");

	if (!api_version[len] || !memchr(api_version, '.', len))
		return true;
	return len > 7 && strncmp(api_version + len - 7, ".k8s.io", 7) == 0;
}

/* An object of no known kind, though @meant is probably what its author meant. */
static void refuse(struct ward_decode *decode, const struct ward_node *root,
		   const struct ward_decoder *meant)
{
	const char *version = ward_node_get_str(root, "apiVersion");
	const char *kind = ward_node_get_str(root, "kind"), *pattern = meant->api_version;
	bool any_version = pattern[strlen(pattern) - 1] == '/';
	char hint[160], object[64];

	if (strcmp(meant->kind, kind) != 0)
		snprintf(hint, sizeof(hint), "did you mean kind: %s?", meant->kind);
	else
		snprintf(hint, sizeof(hint), "write apiVersion: %s%s", pattern,
			 any_version ? "v1" : "");
	snprintf(object, sizeof(object), "%.60s", kind);
	ward_diag(decode->snapshot->diags, WARD_ERROR, "unknown-kind",
		  ward_node_mark(decode->file, root), object, hint,
		  "apiVersion %.100s has no kind %.60s", version, kind);
}

/* No map, or one without apiVersion or kind. */
static bool is_object(struct ward_decode *decode, const struct ward_node *root)
{
	static const char *const keys[] = {"apiVersion", "kind"};

	for (size_t i = 0; i < WARD_ARRAY_SIZE(keys); i++) {
		const char *text = ward_node_get_str(root, keys[i]);
		bool map = root->type == WARD_NODE_MAP;

		if (text && *text)
			continue;
		ward_diag(decode->snapshot->diags, WARD_ERROR, "not-an-object",
			  ward_node_mark(decode->file, root), NULL,
			  "every Kubernetes object begins with apiVersion and kind",
			  "expected a Kubernetes object, found %s%s%s",
			  ward_node_type_str(root->type), map ? " without " : "",
			  map ? keys[i] : "");
		return false;
	}
	return true;
}

/* Does @row have this kind, in a version that is this one misspelled or an older built-in one? */
static bool is_version_meant(const struct ward_decoder *row, const char *version, const char *kind)
{
	struct ward_nearest nearest = {.word = version};

	if (strcmp(row->kind, kind) != 0)
		return false;
	ward_nearest_offer(&nearest, row->api_version);
	return version_is_builtin(version) || nearest.best;
}

/* What the author of an object of no known kind meant: a known kind in a version that it does not
 * have, or one of this version with nearly the same name. */
static const struct ward_decoder *decoder_meant(const struct ward_decoder *const *tables,
						const char *version, const char *kind)
{
	struct ward_nearest nearest = {.word = kind};
	const struct ward_decoder *meant = NULL;

	for (; *tables; tables++) {
		for (const struct ward_decoder *row = *tables; row->kind; row++) {
			if (is_version_meant(row, version, kind))
				return row;
			if (!version_matches(row->api_version, version))
				continue;
			ward_nearest_offer(&nearest, row->kind);
			if (nearest.best == row->kind)
				meant = row;
		}
	}
	return meant;
}

static const struct ward_decoder *decoder_find(const struct ward_decoder *const *tables,
					       const char *version, const char *kind)
{
	for (; *tables; tables++)
		for (const struct ward_decoder *row = *tables; row->kind; row++)
			if (ward_decoder_matches(row, version, kind))
				return row;
	return NULL;
}

/* Is it a List, or a list of a kind that Ward reads?  Lists come here only when they could not be
 * handed out item by item. */
static bool is_list(const struct ward_decoder *const *tables, const char *version, const char *kind)
{
	_cleanup_free_ char *item = ward_strdup(kind);
	size_t len = strlen(kind);

	if (strcasecmp(kind, "List") == 0)
		return version_is_builtin(version);
	if (len <= 4 || strcmp(kind + len - 4, "List") != 0)
		return false;
	item[len - 4] = '\0';
	return decoder_find(tables, version, item) != NULL;
}

/* Passed over, it would take the policies in it away. */
static void list_check(struct ward_decode *decode, const struct ward_node *root)
{
	const struct ward_node *items = ward_node_get(root, "items");
	const char *kind = ward_node_get_str(root, "kind");
	bool is_list = items && items->type == WARD_NODE_LIST;

	if (items && ward_node_is_null(items))
		return;
	ward_diag(decode->snapshot->diags, WARD_ERROR, "bad-list",
		  ward_node_mark(decode->file, items ? items : root), kind,
		  is_list ? "write kind: List"
			  : "write items: and below it a dash before each object",
		  is_list ? "the kind of a list is %s" : "items: expected a list, found %s",
		  is_list ? "List"
		  : items ? ward_node_type_str(items->type)
			  : "nothing");
}

void ward_snapshot_decode(struct ward_decode *decode, const struct ward_decoder *const *tables,
			  const struct ward_node *root)
{
	const struct ward_decoder *decoder, *meant;
	const char *version, *kind;
	struct ward_object *object;

	if (ward_node_is_null(root) || !is_object(decode, root))
		return;
	version = ward_node_get_str(root, "apiVersion");
	kind = ward_node_get_str(root, "kind");
	decoder = decoder_find(tables, version, kind);
	if (decoder) {
		object = decoder->fn(decode, root);
		if (object)
			ward_snapshot_add(decode->snapshot, object);
		return;
	}
	meant = decoder_meant(tables, version, kind);
	if (is_list(tables, version, kind))
		list_check(decode, root);
	else if (meant)
		refuse(decode, root, meant);
	else
		decode->snapshot->n_skipped++;
}
