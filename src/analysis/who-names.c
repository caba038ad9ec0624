/* SPDX-License-Identifier: Apache-2.0 */
/* Pods and workloads by name.  "a/b" can be read in two ways, as NAMESPACE/NAME and as KIND/NAME;
 * all readings are tried, and what they find must be one object. */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "analysis/nearest.h"
#include "analysis/who-find.h"
#include "kube/pod.h"

/* One way to read the words.  A namespace or name that nothing has is WARD_NONE. */
struct reading {
	enum ward_kind kind; /* WARD_N_KIND: any */
	bool any_ns;
	ward_sym ns, name;
};

struct readings {
	uint32_t n;
	struct reading items[2];
};

/* A kind as kubectl takes it: any case, plural, short. */
static enum ward_kind kind_by_word(const char *word, size_t len)
{
	static const char *const shorts[WARD_N_KIND] = {
		[WARD_KIND_POD] = "po",
		[WARD_KIND_DEPLOYMENT] = "deploy",
		[WARD_KIND_STATEFULSET] = "sts",
		[WARD_KIND_DAEMONSET] = "ds",
		[WARD_KIND_REPLICASET] = "rs",
		[WARD_KIND_CRONJOB] = "cj",
		[WARD_KIND_REPLICATIONCONTROLLER] = "rc",
	};

	for (int kind = 0; kind < WARD_N_KIND; kind++) {
		const char *name = ward_kind_str(kind);
		size_t n = strlen(name);

		if (!ward_kind_is_pod(kind))
			continue;
		if (shorts[kind] && strlen(shorts[kind]) == len &&
		    strncasecmp(shorts[kind], word, len) == 0)
			return kind;
		if ((len == n || (len == n + 1 && (word[n] | 0x20) == 's')) &&
		    strncasecmp(name, word, n) == 0)
			return kind;
	}
	return WARD_N_KIND;
}

static ward_sym sym_n(const struct ward_finder *finder, const char *text, size_t len)
{
	_cleanup_free_ char *copy = ward_format("%.*s", (int)len, text);

	return ward_symbol_find(finder->symbols, copy);
}

static void readings_add(struct readings *readings, enum ward_kind kind, bool any_ns, ward_sym ns,
			 ward_sym name)
{
	readings->items[readings->n++] = (struct reading){kind, any_ns, ns, name};
}

static void readings_of(const struct ward_finder *finder, struct readings *readings)
{
	const char *text = finder->text, *bracket = strchr(text, '[');
	size_t len = strlen(text);
	const char *end = bracket && text[len - 1] == ']' ? bracket : text + len;
	const char *first = memchr(text, '/', (size_t)(end - text));
	const char *last = memrchr(text, '/', (size_t)(end - text));
	const char *name = last ? last + 1 : text;
	ward_sym sym = sym_n(finder, name, (size_t)(end - name));
	bool any_ns = finder->ns == WARD_NONE;
	ward_sym ns;
	enum ward_kind kind = WARD_N_KIND;

	if (end < text + len) {
		kind = kind_by_word(end + 1, len - (size_t)(end - text) - 2);
		if (kind == WARD_N_KIND)
			return;
	}
	if (!first) {
		readings_add(readings, kind, any_ns, finder->ns, sym);
		return;
	}
	ns = sym_n(finder, text, (size_t)(first - text));
	if (last != first) {
		kind = kind_by_word(first + 1, (size_t)(last - first) - 1);
		if (kind != WARD_N_KIND)
			readings_add(readings, kind, false, ns, sym);
		return;
	}
	readings_add(readings, kind, false, ns, sym);
	kind = kind_by_word(text, (size_t)(first - text));
	if (kind != WARD_N_KIND)
		readings_add(readings, kind, any_ns, finder->ns, sym);
}

static bool readings_have(const struct readings *readings, const struct ward_object *object)
{
	for (uint32_t i = 0; i < readings->n; i++) {
		const struct reading *reading = &readings->items[i];

		if (reading->name != WARD_NONE && reading->name == object->name &&
		    (reading->any_ns || reading->ns == object->ns) &&
		    (reading->kind == WARD_N_KIND || reading->kind == object->kind))
			return true;
	}
	return false;
}

static void objects_add(struct ward_intern *objects, const struct ward_object *object)
{
	uint32_t key[] = {object->kind, object->ns, object->name};

	ward_intern(objects, key, sizeof(key));
}

static int fail_ambiguous(struct ward_finder *finder, const struct ward_intern *objects)
{
	char *list = ward_strdup("");

	for (uint32_t i = 0; i < objects->n && i < 8; i++) {
		const uint32_t *key = ward_intern_bytes(objects, i, NULL);
		char *more = ward_format("%s%s%s/%s[%s]", list, i ? ", " : "",
					 ward_symbol_str(finder->symbols, key[1]),
					 ward_symbol_str(finder->symbols, key[2]),
					 ward_kind_str(key[0]));

		free(list);
		list = more;
	}
	ward_finder_fail(finder, ward_format("\"%s\" is ambiguous: it may mean %s%s", finder->text,
					     list, objects->n > 8 ? ", …" : ""));
	free(list);
	return -ENOENT;
}

/* Is it written like an address, though it is none? */
static bool is_like_address(const char *text)
{
	size_t len = strlen(text);

	if (strchr(text, ':'))
		return strspn(text, "0123456789abcdefABCDEF:./") == len;
	return strchr(text, '.') && strspn(text, "0123456789./") == len;
}

static bool is_near(const char *word, const char *candidate)
{
	uint32_t nearest[WARD_NEAREST_MAX];

	return ward_nearest(word, &candidate, 1, nearest) > 0;
}

/* An object of that name and place, but of another kind than the one asked for. */
static bool other_kind(const struct ward_finder *finder, const struct readings *readings,
		       struct ward_object *ret_object)
{
	struct readings any = *readings;

	for (uint32_t i = 0; i < any.n; i++)
		any.items[i].kind = WARD_N_KIND;
	for (uint32_t i = 0; i < finder->tables->n_endpoints; i++) {
		const struct ward_endpoint *endpoint = &finder->tables->endpoints[i];

		*ret_object = ward_who_owner(finder->snapshot, endpoint);
		if (readings_have(&any, ret_object))
			return true;
		*ret_object = endpoint->object;
		if (readings_have(&any, ret_object))
			return true;
	}
	return false;
}

/* "; did you mean NS/NAME?": the nearest names in the namespace that the user wrote, or in one that
 * is near, and the very name in others. */
static char *suggestion(const struct ward_finder *finder)
{
	const char *slash = strchr(finder->text, '/');
	bool bare =
		!slash || kind_by_word(finder->text, (size_t)(slash - finder->text)) != WARD_N_KIND;
	_cleanup_free_ char *ns =
		bare ? NULL : ward_format("%.*s", (int)(slash - finder->text), finder->text);
	const char *word = slash ? slash + 1 : finder->text;
	_cleanup_(ward_intern_done) struct ward_intern names = {};
	_cleanup_free_ const char **words = NULL, **shown = NULL;

	for (uint32_t i = 0; i < finder->tables->n_endpoints; i++) {
		struct ward_object owner =
			ward_who_owner(finder->snapshot, &finder->tables->endpoints[i]);
		const char *own_ns = ward_symbol_str(finder->symbols, owner.ns);
		const char *own = ward_symbol_str(finder->symbols, owner.name);
		_cleanup_free_ char *name = ward_format("%s/%s", own_ns, own);

		if (!ns || is_near(ns, own_ns) || strcmp(word, own) == 0)
			ward_intern(&names, name, strlen(name));
	}
	words = ward_new_n(const char *, names.n);
	shown = ward_new_n(const char *, names.n);
	for (uint32_t i = 0; i < names.n; i++) {
		shown[i] = ward_intern_bytes(&names, i, NULL);
		words[i] = strchr(shown[i], '/') + 1;
	}
	return ward_finder_suggest(word, words, shown, names.n);
}

static bool is_namespace(const struct ward_finder *finder)
{
	ward_sym name = ward_symbol_find(finder->symbols, finder->text);

	return name != WARD_NONE &&
	       ward_snapshot_find(finder->snapshot, WARD_KIND_NAMESPACE, WARD_NONE, name);
}

static int fail_unknown(struct ward_finder *finder, const struct readings *readings)
{
	_cleanup_free_ char *hint = NULL;
	struct ward_object object;

	if (is_like_address(finder->text))
		return ward_finder_fail(finder, ward_format("\"%s\" is no IP address or CIDR block",
							    finder->text));
	if (other_kind(finder, readings, &object))
		return ward_finder_fail(finder,
					ward_format("\"%s\": %s/%s is a %s", finder->text,
						    ward_symbol_str(finder->symbols, object.ns),
						    ward_symbol_str(finder->symbols, object.name),
						    ward_kind_str(object.kind)));
	if (is_namespace(finder))
		return ward_finder_fail(finder,
					ward_format("\"%s\" is a namespace, no pod or workload: "
						    "those in it are %s/NAME",
						    finder->text, finder->text));
	hint = suggestion(finder);
	return ward_finder_fail(finder, ward_format("there is no pod or workload \"%s\"%s",
						    finder->text, hint));
}

/* Finished pods of a workload are no longer part of it. */
static int members_check(struct ward_finder *finder)
{
	const struct ward_endpoint *endpoints = finder->tables->endpoints;
	struct ward_who *who = finder->who;
	uint32_t n = 0;

	for (uint32_t i = 0; i < who->members.n; i++) {
		const struct ward_endpoint *pod = &endpoints[who->members.items[i].endpoint];

		if (pod->managed || pod->host_network)
			who->members.items[n++] = who->members.items[i];
	}
	who->members.n = n;
	if (n)
		return 0;
	return ward_finder_fail(
		finder, ward_format("\"%s\" is finished: policies no longer see it (and its "
				    "address may belong to another pod)",
				    finder->text));
}

int ward_finder_names(struct ward_finder *finder)
{
	_cleanup_(ward_intern_done) struct ward_intern objects = {};
	struct readings readings = {};

	readings_of(finder, &readings);
	for (uint32_t i = 0; i < finder->tables->n_endpoints; i++) {
		const struct ward_endpoint *endpoint = &finder->tables->endpoints[i];
		struct ward_object owner = ward_who_owner(finder->snapshot, endpoint);
		bool is_pod = readings_have(&readings, &endpoint->object);
		bool is_owner = readings_have(&readings, &owner);

		if (is_owner)
			objects_add(&objects, &owner);
		else if (is_pod)
			objects_add(&objects, &endpoint->object);
		if (is_owner || is_pod)
			ward_finder_add_pod(finder, i);
	}
	if (objects.n > 1)
		return fail_ambiguous(finder, &objects);
	return objects.n ? members_check(finder) : fail_unknown(finder, &readings);
}
