/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/who.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "analysis/groups.h"
#include "analysis/nearest.h"
#include "analysis/who-find.h"
#include "kube/pod.h"

int ward_finder_fail(struct ward_finder *finder, char *why)
{
	free(finder->why);
	finder->why = why;
	return -ENOENT;
}

void ward_finder_add(struct ward_finder *finder, const char *id, uint32_t endpoint,
		     const struct ward_end *end)
{
	struct ward_member member = {
		.id = ward_arena_strndup(&finder->who->arena, id, strlen(id)),
		.endpoint = endpoint,
	};

	if (end)
		member.end = *end;
	ward_vec_push(&finder->who->members, member);
}

void ward_finder_add_pod(struct ward_finder *finder, uint32_t endpoint)
{
	const struct ward_object *object = &finder->tables->endpoints[endpoint].object;
	_cleanup_free_ char *id = ward_format("%s/%s", ward_symbol_str(finder->symbols, object->ns),
					      ward_symbol_str(finder->symbols, object->name));

	ward_finder_add(finder, id, endpoint, NULL);
}

char *ward_finder_suggest(const char *word, const char *const *words, const char *const *shown,
			  uint32_t n)
{
	uint32_t nearest[WARD_NEAREST_MAX];
	uint32_t n_nearest = ward_nearest(word, words, n, nearest);
	char *list = ward_strdup("");
	char *hint;

	for (uint32_t i = 0; i < n_nearest; i++) {
		char *more = ward_format("%s%s%s", list, i ? ", " : "", shown[nearest[i]]);

		free(list);
		list = more;
	}
	hint = n_nearest ? ward_format("; did you mean %s?", list) : ward_strdup("");
	free(list);
	return hint;
}

struct ward_object ward_who_owner(const struct ward_snapshot *snapshot,
				  const struct ward_endpoint *endpoint)
{
	struct ward_object owner = endpoint->object;
	const struct ward_object *object =
		ward_snapshot_find(snapshot, owner.kind, owner.ns, owner.name);

	if (object) {
		owner.kind = ((const struct ward_pod *)object)->owner_kind;
		owner.name = ((const struct ward_pod *)object)->owner;
	}
	return owner;
}

static int fail_group(struct ward_finder *finder, const struct ward_groups *groups,
		      const char *name)
{
	_cleanup_free_ const char **names = ward_new_n(const char *, groups->list.n);
	_cleanup_free_ char *hint = NULL;
	uint32_t n = 0;

	for (uint32_t i = 0; i < groups->list.n; i++) {
		const char *known = ward_symbol_str(finder->symbols, groups->list.items[i].name);
		bool seen = false;

		for (uint32_t k = 0; k < n; k++)
			seen |= strcmp(names[k], known) == 0;
		if (!seen)
			names[n++] = known;
	}
	hint = ward_finder_suggest(name, names, names, n);
	return ward_finder_fail(finder, ward_format("there is no user group \"%s\"%s", name, hint));
}

/* "ENV/NAME": the members in one environment, the value of the namespace's label env. */
struct group_words {
	const char *env; /* or NULL */
	const char *name;
	ward_sym env_sym, name_sym;
};

static struct group_words group_parse(struct ward_finder *finder, const char *text)
{
	const char *slash = strchr(text, '/');
	struct group_words words = {.name = slash ? slash + 1 : text, .env_sym = WARD_NONE};

	if (slash) {
		words.env = ward_arena_strndup(&finder->who->arena, text, (size_t)(slash - text));
		words.env_sym = ward_symbol_find(finder->symbols, words.env);
	}
	words.name_sym = ward_symbol_find(finder->symbols, words.name);
	return words;
}

static ward_sym environment_at(const struct ward_finder *finder, uint32_t endpoint)
{
	return ward_labels_get(
		ward_engine_namespace_labels(finder->engine,
					     finder->tables->endpoints[endpoint].object.ns),
		WARD_SYM_ENV);
}

static int fail_environment(struct ward_finder *finder, const char *env)
{
	_cleanup_free_ const char **names = ward_new_n(const char *, finder->tables->n_endpoints);
	_cleanup_free_ char *hint = NULL;
	ward_sym last = WARD_NONE;
	uint32_t n = 0;

	for (uint32_t i = 0; i < finder->tables->n_endpoints; i++) {
		ward_sym at = environment_at(finder, i);

		if (at == WARD_NONE || at == WARD_SYM_EMPTY || at == last)
			continue;
		names[n++] = ward_symbol_str(finder->symbols, at);
		last = at;
	}
	hint = ward_finder_suggest(env, names, names, n);
	return ward_finder_fail(
		finder, ward_format("there is no environment \"%s\" (label env of namespaces)%s",
				    env, hint));
}

static bool environment_exists(const struct ward_finder *finder, ward_sym env)
{
	for (uint32_t i = 0; env != WARD_NONE && i < finder->tables->n_endpoints; i++)
		if (environment_at(finder, i) == env)
			return true;
	return false;
}

static bool group_has(const struct ward_finder *finder, const struct ward_groups *groups,
		      const struct group_words *words, uint32_t endpoint)
{
	const struct ward_endpoint *pod = &finder->tables->endpoints[endpoint];

	if ((finder->ns != WARD_NONE && pod->object.ns != finder->ns) ||
	    (words->env && environment_at(finder, endpoint) != words->env_sym))
		return false;
	for (uint32_t i = 0; i < groups->list.n; i++)
		if (groups->list.items[i].name == words->name_sym &&
		    ward_members_have(finder->engine, &groups->list.items[i].members, pod))
			return true;
	return false;
}

/* A name may be used by several GroupPolicies, each for its own namespaces: all of them. */
static int find_group(struct ward_finder *finder, const char *text)
{
	_cleanup_(ward_groups_done) struct ward_groups groups = {};
	struct group_words words = group_parse(finder, text);
	bool known = false;

	finder->who->kind = WARD_WHO_GROUP;
	ward_groups_init(&groups, finder->snapshot);
	for (uint32_t i = 0; i < groups.list.n; i++)
		known |= words.name_sym != WARD_NONE && groups.list.items[i].name == words.name_sym;
	if (!known)
		return fail_group(finder, &groups, words.name);
	if (words.env && !environment_exists(finder, words.env_sym))
		return fail_environment(finder, words.env);
	for (uint32_t e = 0; e < finder->tables->n_endpoints; e++)
		if (group_has(finder, &groups, &words, e))
			ward_finder_add_pod(finder, e);
	if (finder->who->members.n)
		return 0;
	return ward_finder_fail(
		finder, ward_format("the user group \"%s\" has no members%s%s%s%s", words.name,
				    words.env ? " in environment " : "", words.env ? words.env : "",
				    finder->ns == WARD_NONE ? "" : " in namespace ",
				    finder->ns == WARD_NONE
					    ? ""
					    : ward_symbol_str(finder->symbols, finder->ns)));
}

static int find_node(struct ward_finder *finder, const char *name)
{
	const struct ward_tables *tables = finder->tables;
	_cleanup_free_ const char **names = ward_new_n(const char *, tables->n_nodes);
	_cleanup_free_ char *hint = NULL;
	uint32_t node = WARD_NONE;

	finder->who->kind = WARD_WHO_NODE;
	for (uint32_t i = 0; i < tables->n_nodes; i++) {
		names[i] = ward_symbol_str(finder->symbols, tables->nodes[i].name);
		if (strcmp(names[i], name) == 0)
			node = i;
	}
	if (node == WARD_NONE) {
		hint = ward_finder_suggest(name, names, names, tables->n_nodes);
		return ward_finder_fail(finder,
					ward_format("there is no node \"%s\"%s", name, hint));
	}
	for (uint32_t i = 0; i < tables->n_addresses; i++) {
		char ip[WARD_IP_TEXT];
		_cleanup_free_ char *id = NULL;
		struct ward_end end;

		if (tables->addresses[i].node != node)
			continue;
		ward_engine_resolve(finder->engine, tables->addresses[i].ip, &end);
		id = ward_format("node:%s (%s)", name, ward_ip_str(end.ip, ip));
		ward_finder_add(finder, id, WARD_NONE, &end);
	}
	if (finder->who->members.n)
		return 0;
	return ward_finder_fail(
		finder, ward_format("node \"%s\" has no address in status.addresses", name));
}

static void add_address(struct ward_finder *finder, struct ward_ip ip)
{
	_cleanup_free_ char *id = NULL;
	char text[WARD_IP_TEXT];
	struct ward_end end;

	ward_engine_resolve(finder->engine, ip, &end);
	ward_ip_str(ip, text);
	if (end.kind == WARD_END_POD) {
		const struct ward_object *pod = &finder->tables->endpoints[end.endpoint].object;

		id = ward_format("%s/%s (%s)", ward_symbol_str(finder->symbols, pod->ns),
				 ward_symbol_str(finder->symbols, pod->name), text);
	} else if (end.node != WARD_NONE) {
		ward_sym node = finder->tables->nodes[end.node].name;

		id = ward_format("node:%s (%s)", ward_symbol_str(finder->symbols, node), text);
	}
	ward_finder_add(finder, id ? id : text, WARD_NONE, &end);
}

/* The part of @cidr that has this prefix's shape; false if there is none. */
static bool prefix_piece(const struct ward_tables *tables, uint32_t prefix, struct ward_cidr cidr,
			 struct ward_ip_range *ret_piece)
{
	struct ward_ip_range piece = ward_cidr_range(cidr);
	struct ward_ip first = tables->prefixes[prefix].first, next;

	if (first.family != cidr.ip.family)
		return false;
	if (ward_ip_cmp(first, piece.first) > 0)
		piece.first = first;
	if (prefix + 1 < tables->n_prefixes) {
		next = tables->prefixes[prefix + 1].first;
		if (next.family == first.family && ward_ip_cmp(next, piece.last) <= 0)
			piece.last = ward_ip_prev(next);
	}
	*ret_piece = piece;
	return ward_ip_cmp(piece.first, piece.last) <= 0;
}

static void add_range(struct ward_finder *finder, struct ward_ip_range range, uint32_t shape)
{
	char text[WARD_RANGE_TEXT];
	struct ward_end end = {
		.kind = WARD_END_EXTERNAL,
		.endpoint = WARD_NONE,
		.node = WARD_NONE,
		.shape = shape,
		.ip = range.first,
	};

	ward_finder_add(finder, ward_range_str(range, text), WARD_NONE, &end);
}

/* The external addresses of @cidr, in pieces that are judged alike. */
static void add_pieces(struct ward_finder *finder, struct ward_cidr cidr)
{
	const struct ward_tables *tables = finder->tables;
	struct ward_ip_range run = {}, piece;
	uint32_t run_shape = WARD_NONE;

	for (uint32_t i = 0; i < tables->n_prefixes; i++) {
		uint32_t shape = tables->prefixes[i].shape;

		if (!prefix_piece(tables, i, cidr, &piece))
			continue;
		if (run_shape != WARD_NONE &&
		    tables->shape_identity[shape] == tables->shape_identity[run_shape]) {
			run.last = piece.last;
			continue;
		}
		if (run_shape != WARD_NONE)
			add_range(finder, run, run_shape);
		run = piece;
		run_shape = shape;
	}
	if (run_shape != WARD_NONE)
		add_range(finder, run, run_shape);
}

static int find_cidr(struct ward_finder *finder)
{
	struct ward_cidr cidr = finder->who->cidr;

	finder->who->kind = WARD_WHO_CIDR;
	add_pieces(finder, cidr);
	for (uint32_t i = 0; i < finder->tables->n_addresses; i++)
		if (ward_cidr_has(cidr, finder->tables->addresses[i].ip))
			add_address(finder, finder->tables->addresses[i].ip);
	return 0;
}

/* 127.0.0.0/8, ::1. */
static bool is_loopback(struct ward_ip ip)
{
	return ip.family == WARD_FAMILY_4 ? ip.lo >> 24 == 127 : !ip.hi && ip.lo == 1;
}

/* What a policy would say of it never comes to pass (A10.5). */
static int find_address(struct ward_finder *finder)
{
	struct ward_who *who = finder->who;

	if (is_loopback(who->cidr.ip))
		return ward_finder_fail(finder, ward_format("%s is loopback: whoever uses it meets "
							    "itself, which no policy judges",
							    finder->text));
	who->kind = WARD_WHO_ADDRESS;
	who->cidr.bits = who->cidr.ip.family == WARD_FAMILY_4 ? 32 : 128;
	add_address(finder, who->cidr.ip);
	return 0;
}

static int find(struct ward_finder *finder)
{
	const char *text = finder->text;
	struct ward_who *who = finder->who;
	unsigned lenient;

	if (strncmp(text, "group:", 6) == 0)
		return find_group(finder, text + 6);
	if (strncmp(text, "node:", 5) == 0)
		return find_node(finder, text + 5);
	if (strcmp(text, "world") == 0) {
		who->kind = WARD_WHO_WORLD;
		add_pieces(finder, (struct ward_cidr){ward_ip_min(WARD_FAMILY_4), 0});
		add_pieces(finder, (struct ward_cidr){ward_ip_min(WARD_FAMILY_6), 0});
		return 0;
	}
	if (ward_ip_parse(text, &who->cidr.ip) == 0)
		return find_address(finder);
	if (ward_cidr_parse(text, &who->cidr, &lenient) == 0)
		return find_cidr(finder);
	if (ward_finder_is_service(finder))
		return ward_finder_service(finder);
	return ward_finder_names(finder);
}

int ward_who_find(const struct ward_engine *engine, const struct ward_snapshot *snapshot,
		  ward_sym ns, const char *text, struct ward_who *ret_who, char **ret_why)
{
	struct ward_who who = {.kind = WARD_WHO_PODS, .text = text};
	struct ward_finder finder = {
		.engine = engine,
		.tables = ward_engine_tables(engine),
		.snapshot = snapshot,
		.symbols = snapshot->symbols,
		.ns = ns,
		.text = text,
		.who = &who,
	};
	int r = find(&finder);

	if (r < 0) {
		ward_who_done(&who);
		*ret_why = finder.why;
		return r;
	}
	*ret_who = who;
	return 0;
}

void ward_who_done(struct ward_who *who)
{
	ward_vec_done(&who->members);
	ward_arena_done(&who->arena);
}
