/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/roster.h"

#include <errno.h>
#include <string.h>

#include "analysis/nearest.h"
#include "kube/snapshot.h"

/* What was asked for: "POLICY/NAME", "ENV/NAME" or "NAME". */
struct request {
	char *before; /* the slash, or NULL */
	const char *name;
	ward_sym before_sym, name_sym;
	ward_sym policy, environment, ns; /* WARD_NONE: any */
};

static struct request request_parse(const struct ward_symbols *symbols, const char *text,
				    ward_sym ns)
{
	const char *name = strncmp(text, "group:", 6) == 0 ? text + 6 : text;
	const char *slash = strchr(name, '/');
	struct request request = {
		.name = slash ? slash + 1 : name,
		.before = slash ? ward_format("%.*s", (int)(slash - name), name) : NULL,
		.before_sym = WARD_NONE,
		.policy = WARD_NONE,
		.environment = WARD_NONE,
		.ns = ns,
	};

	request.name_sym = ward_symbol_find(symbols, request.name);
	if (slash)
		request.before_sym = ward_symbol_find(symbols, request.before);
	return request;
}

static ward_sym environment_of(const struct ward_engine *engine, uint32_t endpoint)
{
	const struct ward_endpoint *pod = &ward_engine_tables(engine)->endpoints[endpoint];
	ward_sym env =
		ward_labels_get(ward_engine_namespace_labels(engine, pod->object.ns), WARD_SYM_ENV);

	return env == WARD_SYM_EMPTY ? WARD_NONE : env;
}

static bool is_meant(const struct ward_group_entry *group, const struct request *request)
{
	return request->name_sym != WARD_NONE && group->name == request->name_sym &&
	       (request->policy == WARD_NONE ||
		(group->policy && group->policy->object.name == request->policy));
}

/* "; did you mean db, shop/db?": names, and where a policy was said, policies with that group. */
static char *suggest(const struct ward_rosters *rosters, const char *word, bool of_policies)
{
	_cleanup_(ward_arena_done) struct ward_arena arena = {};
	uint32_t n_groups = rosters->groups.list.n, n = 0, n_near;
	_cleanup_free_ const char **words = ward_new_n(const char *, n_groups);
	uint32_t nearest[WARD_NEAREST_MAX];
	const char *list = "";

	for (uint32_t i = 0; i < n_groups; i++) {
		const struct ward_group_entry *group = &rosters->groups.list.items[i];
		const char *name = ward_symbol_str(rosters->symbols, group->name), *known = name;
		bool seen = false;

		if (of_policies && !group->policy)
			continue;
		if (of_policies)
			known = ward_arena_format(&arena, "%s/%s",
						  ward_symbol_str(rosters->symbols,
								  group->policy->object.name),
						  name);
		for (uint32_t k = 0; k < n; k++)
			seen |= strcmp(words[k], known) == 0;
		if (!seen)
			words[n++] = known;
	}
	n_near = ward_nearest(word, words, n, nearest);
	for (uint32_t i = 0; i < n_near; i++)
		list = ward_arena_format(&arena, "%s%s%s", list, i ? ", " : "", words[nearest[i]]);
	return n_near ? ward_format("; did you mean %s?", list) : ward_strdup("");
}

/* What stands before the slash: a policy that declares the group, or an environment. */
static bool before_resolve(const struct ward_rosters *rosters, struct request *request)
{
	const struct ward_tables *tables = ward_engine_tables(rosters->engine);

	for (uint32_t i = 0; i < rosters->groups.list.n; i++) {
		const struct ward_group_entry *group = &rosters->groups.list.items[i];

		if (is_meant(group, request) && group->policy &&
		    group->policy->object.name == request->before_sym) {
			request->policy = request->before_sym;
			return true;
		}
	}
	for (uint32_t i = 0; i < tables->n_endpoints && request->before_sym != WARD_NONE; i++) {
		if (environment_of(rosters->engine, i) != request->before_sym)
			continue;
		request->environment = request->before_sym;
		return true;
	}
	return false;
}

/* NULL, or why there is no such group. */
static char *request_resolve(const struct ward_rosters *rosters, struct request *request)
{
	_cleanup_free_ char *hint = NULL;
	bool known = false;

	for (uint32_t i = 0; i < rosters->groups.list.n; i++)
		known |= is_meant(&rosters->groups.list.items[i], request);
	if (!known) {
		hint = suggest(rosters, request->name, false);
		return ward_format("there is no user group \"%s\"%s", request->name, hint);
	}
	if (!request->before || before_resolve(rosters, request))
		return NULL;
	hint = suggest(rosters, rosters->name, true);
	return ward_format("\"%s\" is neither a GroupPolicy that declares %s nor an environment%s",
			   request->before, request->name, hint);
}

static void roster_add(struct ward_roster *roster, const struct ward_roster_pod *pod)
{
	if (pod->standing.kind == WARD_STANDING_OUTSIDE)
		return;
	if (pod->standing.kind == WARD_STANDING_MEMBER && !pod->skipped)
		ward_vec_push(&roster->members, *pod);
	else
		ward_vec_push(&roster->left_out, *pod);
}

static void roster_fill(struct ward_rosters *rosters, const struct request *request,
			struct ward_roster *roster)
{
	const struct ward_tables *tables = ward_engine_tables(rosters->engine);
	struct ward_standings standings;

	ward_standings_init(&standings, &rosters->groups, rosters->symbols, roster->group);
	for (uint32_t i = 0; i < tables->n_endpoints; i++) {
		const struct ward_endpoint *endpoint = &tables->endpoints[i];
		struct ward_candidate candidate = ward_candidate_of(rosters->engine, i);
		struct ward_roster_pod pod = {
			.endpoint = i,
			.environment = environment_of(rosters->engine, i),
			.skipped = !endpoint->managed,
		};

		if (!endpoint->live ||
		    (request->ns != WARD_NONE && endpoint->object.ns != request->ns) ||
		    (request->environment != WARD_NONE && pod.environment != request->environment))
			continue;
		pod.standing = ward_standing_of(&standings, &candidate);
		roster_add(roster, &pod);
	}
	ward_standings_done(&standings);
}

int ward_rosters_find(const struct ward_engine *engine, const struct ward_snapshot *snapshot,
		      ward_sym ns, const char *name, struct ward_rosters *ret_rosters,
		      char **ret_why)
{
	struct ward_rosters rosters = {.engine = engine,
				       .symbols = snapshot->symbols,
				       .name = name};
	struct request request = request_parse(snapshot->symbols, name, ns);
	char *why;

	ward_groups_init(&rosters.groups, snapshot);
	why = request_resolve(&rosters, &request);
	rosters.narrowed = request.environment != WARD_NONE || ns != WARD_NONE;
	for (uint32_t i = 0; i < rosters.groups.list.n && !why; i++) {
		const struct ward_group_entry *group = &rosters.groups.list.items[i];
		struct ward_roster roster = {.group = group};

		if (!is_meant(group, &request))
			continue;
		roster_fill(&rosters, &request, &roster);
		ward_vec_push(&rosters.list, roster);
	}
	free(request.before);
	if (why) {
		ward_rosters_done(&rosters);
		*ret_why = why;
		return -ENOENT;
	}
	*ret_rosters = rosters;
	return 0;
}

void ward_rosters_done(struct ward_rosters *rosters)
{
	for (uint32_t i = 0; i < rosters->list.n; i++) {
		ward_vec_done(&rosters->list.items[i].members);
		ward_vec_done(&rosters->list.items[i].left_out);
	}
	ward_vec_done(&rosters->list);
	ward_groups_done(&rosters->groups);
}

bool ward_rosters_have_members(const struct ward_rosters *rosters)
{
	for (uint32_t i = 0; i < rosters->list.n; i++) {
		const struct ward_roster *roster = &rosters->list.items[i];

		if (roster->members.n ||
		    (roster->group->members.addresses.list.n && !rosters->narrowed))
			return true;
	}
	return false;
}
