/* SPDX-License-Identifier: Apache-2.0 */
/* User groups and the policies between them, as docs/groups.md has them. */
#include "group/grouppolicy.h"
#include "group/usergroup.h"

#include <string.h>

#include "base/vec.h"
#include "oracle/parts.h"

/* ---- groups.md 2: membership ---- */

static const struct ward_usergroup *usergroup_find(const struct world *world, ward_sym name)
{
	for (uint32_t i = 0; i < world->objects.n; i++) {
		const struct ward_object *object = world->objects.items[i];

		if (object->kind == WARD_KIND_USERGROUP && object->name == name)
			return (const struct ward_usergroup *)object;
	}
	return NULL;
}

struct names {
	WARD_VEC(ward_sym) list;
};

static bool names_have(const struct names *names, ward_sym name)
{
	for (uint32_t i = 0; i < names->list.n; i++) {
		if (names->list.items[i] == name)
			return true;
	}
	return false;
}

/* All groups that are named from here on. */
static void names_follow(const struct world *world, const struct ward_membership *membership,
			 struct names *names)
{
	for (uint32_t i = 0; i < membership->n_entries + membership->n_excludes; i++) {
		const struct ward_member_entry *entry =
			i < membership->n_entries
				? &membership->entries[i]
				: &membership->excludes[i - membership->n_entries];

		for (uint32_t g = 0; g < entry->n_groups; g++) {
			const struct ward_usergroup *group =
				usergroup_find(world, entry->groups[g].name);

			if (names_have(names, entry->groups[g].name))
				continue;
			ward_vec_push(&names->list, entry->groups[g].name);
			if (group)
				names_follow(world, &group->membership, names);
		}
	}
}

/* The group that a reference means; NULL: nobody, because it is not there or leads back to @self,
 * where the reference stands. */
static const struct ward_usergroup *reference(const struct world *world, ward_sym self,
					      ward_sym name)
{
	const struct ward_usergroup *group = usergroup_find(world, name);
	struct names names = {};
	bool circular = name == self;

	if (group && self != WARD_NONE)
		names_follow(world, &group->membership, &names);
	circular = circular || names_have(&names, self);
	ward_vec_done(&names.list);
	return circular ? NULL : group;
}

static bool is_home(const struct world *world, const struct ward_grouppolicy *gp,
		    const struct ward_pod *pod)
{
	ward_sym env = WARD_NONE;
	bool listed = gp->n_environments == 0;

	if (!selects_namespace(&gp->namespaces, world, pod->object.ns))
		return false;
	for (uint32_t i = 0; i < gp->n_environments; i++) {
		if (namespace_label(world, pod->object.ns, WARD_SYM_ENV, &env) &&
		    gp->environments[i].name == env)
			listed = true;
	}
	return listed;
}

/* A pod or an address, asked about one group. */
struct candidate {
	const struct world *world;
	const struct ward_grouppolicy *gp; /* that declares the group, or NULL */
	ward_sym self;			   /* the UserGroup, or WARD_NONE */
	const struct ward_pod *pod;
	struct ward_ip ip; /* when there is no pod */
};

static bool is_in(const struct candidate *candidate, const struct ward_membership *membership);

static bool is_in_named(const struct candidate *candidate, ward_sym name)
{
	const struct ward_usergroup *group = reference(candidate->world, candidate->self, name);
	struct candidate same = *candidate;

	same.gp = NULL;
	same.self = name;
	return group && is_in(&same, &group->membership);
}

static bool address_fits(const struct candidate *candidate, const struct ward_member_entry *entry)
{
	for (uint32_t i = 0; i < entry->n_blocks; i++) {
		if (block_matches(&entry->blocks[i], candidate->ip))
			return true;
	}
	return !entry->n_blocks && !entry->pods.n && !entry->namespaces.n && entry->n_groups;
}

static bool pod_fits(const struct candidate *candidate, const struct ward_member_entry *entry)
{
	const struct ward_pod *pod = candidate->pod;

	if (entry->n_blocks || !selects_pod(&entry->pods, pod) ||
	    !selects_namespace(&entry->namespaces, candidate->world, pod->object.ns))
		return false;
	return !candidate->gp || entry->namespaces.n || entry->n_groups ||
	       is_home(candidate->world, candidate->gp, pod);
}

static bool entry_has(const struct candidate *candidate, const struct ward_member_entry *entry)
{
	if (!(candidate->pod ? pod_fits(candidate, entry) : address_fits(candidate, entry)))
		return false;
	for (uint32_t g = 0; g < entry->n_groups; g++) {
		if (!is_in_named(candidate, entry->groups[g].name))
			return false;
	}
	return true;
}

static bool lacks_label(const struct candidate *candidate, const struct ward_membership *membership)
{
	for (uint32_t i = 0; i < membership->n_required; i++) {
		struct ward_requirement exists = {.key = membership->required[i],
						  .op = WARD_OP_EXISTS};
		struct ward_selector selector = {1, &exists};

		if (candidate->pod && !selects_pod(&selector, candidate->pod))
			return true;
	}
	return false;
}

static bool is_in(const struct candidate *candidate, const struct ward_membership *membership)
{
	struct candidate anywhere = *candidate;
	bool in = false, out = false;

	anywhere.gp = NULL; /* who is excluded is so wherever he is */
	for (uint32_t i = 0; i < membership->n_entries; i++)
		in = in || entry_has(candidate, &membership->entries[i]);
	for (uint32_t i = 0; i < membership->n_excludes; i++)
		out = out || entry_has(&anywhere, &membership->excludes[i]);
	if (membership->excludes_lacking)
		out = out || lacks_label(candidate, membership);
	return in && !out;
}

static bool group_has(const struct world *world, const struct ward_grouppolicy *gp, uint32_t group,
		      const struct ward_pod *pod, struct ward_ip ip)
{
	struct candidate candidate = {
		.world = world, .gp = gp, .self = WARD_NONE, .pod = pod, .ip = ip};

	if (group == WARD_GROUP_ANY)
		return false;
	if (gp->groups[group].is_named)
		return is_in_named(&candidate, gp->groups[group].name);
	return is_in(&candidate, &gp->groups[group].membership);
}

/* ---- groups.md 3: policies ---- */

static bool lists_anything(const struct ward_grouppolicy *gp)
{
	return gp->namespaces.n || gp->n_environments;
}

static bool is_in_any_group(const struct world *world, const struct ward_grouppolicy *gp,
			    const struct ward_pod *pod)
{
	for (uint32_t i = 0; i < gp->n_groups; i++) {
		if (group_has(world, gp, i, pod, (struct ward_ip){}))
			return true;
	}
	return false;
}

/* Is what the policy says of this pod in force? */
static bool is_in_force(const struct side *side, const struct ward_grouppolicy *gp)
{
	ward_sym env;

	if (side->world->rehearses)
		return true;
	for (uint32_t i = 0; i < gp->n_environments; i++) {
		if (namespace_label(side->world, side->subject->object.ns, WARD_SYM_ENV, &env) &&
		    gp->environments[i].name == env)
			return !gp->environments[i].staged;
	}
	return !gp->staged;
}

static bool governs(const struct side *side, const struct ward_grouppolicy *gp)
{
	if (!is_in_force(side, gp))
		return false;
	return lists_anything(gp) ? is_home(side->world, gp, side->subject)
				  : is_in_any_group(side->world, gp, side->subject);
}

static uint32_t own_group(const struct side *side, const struct ward_group_rule *line)
{
	return side->dir == WARD_INGRESS ? line->to : line->from;
}

static uint32_t other_group(const struct side *side, const struct ward_group_rule *line)
{
	return side->dir == WARD_INGRESS ? line->from : line->to;
}

/* Is the subject of this side one that the line is about? */
static bool is_subject(const struct side *side, const struct ward_grouppolicy *gp,
		       const struct ward_group_rule *line)
{
	if (lists_anything(gp) && !is_home(side->world, gp, side->subject))
		return false;
	return is_in_force(side, gp) &&
	       group_has(side->world, gp, own_group(side, line), side->subject, (struct ward_ip){});
}

/* Two namespaces are in the same environment if both say which, and say the same; a namespace
 * that does not say is in an environment of its own. */
static bool same_environment(const struct world *world, ward_sym a, ward_sym b)
{
	ward_sym env_a, env_b;

	if (a == b)
		return true;
	return namespace_label(world, a, WARD_SYM_ENV, &env_a) &&
	       namespace_label(world, b, WARD_SYM_ENV, &env_b) && env_a == env_b &&
	       env_a != WARD_SYM_EMPTY;
}

static bool environment_fits(const struct side *side, const struct ward_grouppolicy *gp)
{
	ward_sym ns = side->other.pod->object.ns, env;

	if (gp->peer_environment == WARD_PEER_ENVIRONMENT_SAME)
		return same_environment(side->world, side->subject->object.ns, ns);
	for (uint32_t i = 0; i < gp->n_peer_environments; i++) {
		if (namespace_label(side->world, ns, WARD_SYM_ENV, &env) &&
		    env == gp->peer_environments[i])
			return true;
	}
	return gp->peer_environment == WARD_PEER_ENVIRONMENT_ANY;
}

static bool is_peer(const struct side *side, const struct ward_grouppolicy *gp,
		    const struct ward_group_rule *line)
{
	uint32_t group = other_group(side, line);

	if (group == WARD_GROUP_ANY)
		return true;
	if (side->other.kind == POD &&
	    group_has(side->world, gp, group, side->other.pod, (struct ward_ip){}) &&
	    (line->denies || environment_fits(side, gp)))
		return true;
	return side->other.ip.family != WARD_FAMILY_NONE &&
	       group_has(side->world, gp, group, NULL, side->other.ip);
}

static bool line_matches(const struct side *side, const struct ward_grouppolicy *gp,
			 const struct ward_group_rule *line)
{
	if (gp->baseline == WARD_BASELINE_INGRESS_ONLY && side->dir == WARD_EGRESS)
		return false;
	if (!line->denies && line->expires && side->world->today >= line->expires)
		return false;
	return is_subject(side, gp, line) && ports_match(side, line->ports, line->n_ports) &&
	       is_peer(side, gp, line);
}

static bool baseline_closes(const struct side *side, const struct ward_grouppolicy *gp)
{
	if (gp->baseline == WARD_BASELINE_NONE ||
	    (gp->baseline == WARD_BASELINE_INGRESS_ONLY && side->dir == WARD_EGRESS))
		return false;
	return governs(side, gp);
}

static bool isolates(const struct side *side, const struct ward_grouppolicy *gp)
{
	if (gp->baseline != WARD_BASELINE_NONE)
		return baseline_closes(side, gp);
	for (uint32_t i = 0; i < gp->n_rules; i++) {
		if (is_subject(side, gp, &gp->rules[i]))
			return true;
	}
	return false;
}

/* ---- groups.md 7: exemptions ---- */

static bool is_one_of(const char *text, const char *const *words)
{
	for (uint32_t i = 0; i < WARD_EXEMPTION_WORDS && words[i]; i++) {
		if (strcmp(words[i], text) == 0)
			return true;
	}
	return false;
}

static bool exempt_peer(const struct side *side, const struct ward_exemption_def *def)
{
	struct ward_symbols *symbols = side->world->symbols;
	ward_sym key = ward_symbol(symbols, def->nodes ? def->nodes : def->key);
	struct ward_requirement exists = {.key = key, .op = WARD_OP_EXISTS};
	struct ward_selector nodes = {1, &exists};
	const struct ward_pod *pod = side->other.pod;

	if (def->nodes)
		return side->other.ip.family != WARD_FAMILY_NONE &&
		       is_node_address(side->world, &nodes, side->other.ip);
	return side->other.kind == POD &&
	       is_one_of(ward_symbol_str(symbols, pod->object.ns), def->namespaces) &&
	       ward_labels_get(pod->labels, key) != WARD_NONE &&
	       is_one_of(ward_symbol_str(symbols, ward_labels_get(pod->labels, key)), def->values);
}

static bool exemption_matches(const struct side *side, const struct ward_grouppolicy *gp,
			      uint32_t exemption)
{
	const struct ward_exemption_def *def = &ward_exemptions[exemption];
	bool port = false;

	if (!(gp->exempts >> exemption & 1) || def->direction != side->dir || !isolates(side, gp))
		return false;
	for (uint32_t i = 0; i < def->n_ports; i++)
		port = port ||
		       (def->ports[i].proto == side->proto && def->ports[i].low <= side->port &&
			side->port <= def->ports[i].high);
	return port && exempt_peer(side, def);
}

/* ---- F7 ---- */

void group_policy_judge(const struct side *side, const struct ward_grouppolicy *gp, bool *isolated,
			bool *granted)
{
	if (gp->tier != WARD_GROUP_APPLICATION || !isolates(side, gp))
		return;
	*isolated = true;
	for (uint32_t i = 0; i < gp->n_rules; i++)
		*granted = *granted || line_matches(side, gp, &gp->rules[i]);
	for (uint32_t i = 0; i < WARD_N_EXEMPTION; i++)
		*granted = *granted || exemption_matches(side, gp, i);
}

bool group_policy_grants(const struct side *side, const struct ward_grouppolicy *gp, bool exempts,
			 uint32_t index)
{
	if (exempts)
		return exemption_matches(side, gp, index);
	for (uint32_t i = 0; i < gp->n_rules; i++) {
		if (!gp->rules[i].denies && gp->rules[i].index == index)
			return line_matches(side, gp, &gp->rules[i]);
	}
	return false;
}

static struct judged_side judged_by(const struct ward_grouppolicy *gp, bool accept, bool exempts,
				    uint32_t index)
{
	return (struct judged_side){
		.by = accept ? BY_RULE : DENIED,
		.rule = {.kind = WARD_KIND_GROUPPOLICY,
			 .ns = WARD_NONE,
			 .name = gp->object.name,
			 .exempts = exempts,
			 .index = index},
	};
}

/* In a tier above or below: lines one by one, deny first. */
static bool lines_decide(const struct side *side, const struct ward_grouppolicy *gp,
			 struct judged_side *ret_judged)
{
	for (uint32_t i = 0; i < gp->n_rules; i++) {
		const struct ward_group_rule *line = &gp->rules[i];

		if (!line_matches(side, gp, line))
			continue;
		*ret_judged = judged_by(gp, !line->denies, false, line->index);
		return true;
	}
	return false;
}

static bool exemptions_decide(const struct side *side, const struct ward_grouppolicy *gp,
			      struct judged_side *ret_judged)
{
	for (uint32_t i = 0; i < WARD_N_EXEMPTION; i++) {
		if (!exemption_matches(side, gp, i))
			continue;
		*ret_judged = judged_by(gp, true, true, i);
		return true;
	}
	return false;
}

bool group_policy_decides(const struct side *side, const struct ward_grouppolicy *gp,
			  struct judged_side *ret_judged)
{
	bool closes = baseline_closes(side, gp);

	if (closes && exemptions_decide(side, gp, ret_judged))
		return true;
	if (lines_decide(side, gp, ret_judged))
		return true;
	if (!closes && gp->baseline == WARD_BASELINE_NONE &&
	    exemptions_decide(side, gp, ret_judged))
		return true;
	if (closes)
		*ret_judged = judged_by(gp, false, false, gp->n_rules);
	return closes;
}
