/* SPDX-License-Identifier: Apache-2.0 */
/* Section F7 of docs/semantics.md over a region: yes, no, or it depends and on what.
 *
 * Nothing is guessed: MAYBE comes with a term that holds in a part of the region and not in the
 * rest, so cutting there makes progress, and at a single point there is no MAYBE. */
#include "analysis/space.h"

static const uint64_t *values_of(const struct ward_space_judge *judge, enum ward_end_at end,
				 uint32_t var)
{
	return ward_region_at(judge->space, judge->at, judge->words, end, var);
}

static enum ward_truth term_holds(struct ward_space_judge *judge, enum ward_end_at end,
				  uint32_t var, const struct ward_mask *mask, struct ward_cut *cut)
{
	const uint64_t *values = values_of(judge, end, var);
	uint32_t n_values = judge->space->vars.items[var].n_values, next = 0;
	bool in = false, out = false;

	judge->n_terms++;
	for (uint32_t i = 0; i < mask->n; i++) {
		const struct ward_span *span = &mask->spans[i];

		in = in || ward_values_any(values, span->low, span->high);
		out = out || (span->low > next && ward_values_any(values, next, span->low - 1));
		next = span->high + 1;
		if (in && out)
			break;
	}
	out = out || (next < n_values && ward_values_any(values, next, n_values - 1));
	if (!in || !out)
		return in ? WARD_YES : WARD_NO;
	cut->end = end;
	cut->var = var;
	cut->mask = mask;
	return WARD_MAYBE;
}

static enum ward_truth and (enum ward_truth a, enum ward_truth b) {
	return a == WARD_NO || b == WARD_NO ? WARD_NO : a == WARD_MAYBE ? WARD_MAYBE : b;
}

static enum ward_truth terms_hold(struct ward_space_judge *judge, enum ward_end_at end,
				  const struct ward_terms *terms, struct ward_cut *cut)
{
	enum ward_truth all = WARD_YES;
	uint32_t first = 0;
	struct ward_cut at;

	if (judge->at->kind[end] == WARD_SPACE_GIVEN) {
		all = term_holds(judge, end, judge->space->given, &terms->given, cut);
		first = terms->n_namespace;
	}
	for (uint32_t i = first; i < terms->n && all != WARD_NO; i++) {
		const struct ward_term *term = &terms->items[i];
		enum ward_truth one = term_holds(judge, end, term->var, &term->mask, &at);

		if (one == WARD_MAYBE && all == WARD_YES)
			*cut = at;
		all = and(all, one);
	}
	return all;
}

/* The one environment that the end is in; MAYBE: several. */
static enum ward_truth environment_of(struct ward_space_judge *judge, uint32_t version,
				      enum ward_end_at end, uint32_t *ret_value,
				      struct ward_cut *cut)
{
	const struct ward_space *space = judge->space;
	const struct ward_space_version *of = &space->versions[version];
	bool given = judge->at->kind[end] == WARD_SPACE_GIVEN;
	uint32_t var = given ? space->given : space->environment;
	uint32_t first =
		ward_values_first(values_of(judge, end, var), space->vars.items[var].n_values);

	*ret_value = given ? of->environment[first] : first;
	return term_holds(judge, end, var,
			  given ? &of->environments[*ret_value]
				: &space->single_environment[*ret_value],
			  cut);
}

/* One namespace, or one environment, which a namespace without the label has not (see
 * engine/inventory.h). */
static enum ward_truth same_environment(struct ward_space_judge *judge, uint32_t version,
					struct ward_cut *cut)
{
	const struct ward_space *space = judge->space;
	const struct ward_var *var = &space->vars.items[space->environment];
	uint32_t empty =
		ward_space_value(space, space->environment, &space->symbols, WARD_SYM_EMPTY);
	bool given = judge->at->kind[WARD_TO] == WARD_SPACE_GIVEN;
	uint32_t value;

	if (judge->at->same_namespace)
		return WARD_YES;
	if (environment_of(judge, version, WARD_FROM, &value, cut) == WARD_MAYBE)
		return WARD_MAYBE;
	if (value == ward_var_absent(var) || value == empty)
		return WARD_NO;
	return term_holds(judge, WARD_TO, given ? space->given : space->environment,
			  given ? &space->versions[version].environments[value]
				: &space->single_environment[value],
			  cut);
}

static enum ward_truth peer_holds(struct ward_space_judge *judge, uint32_t version,
				  const struct ward_space_peer *peer, enum ward_end_at end,
				  struct ward_cut *cut)
{
	enum ward_truth holds;
	struct ward_cut at;

	if (peer->kind == WARD_PEER_BLOCKS)
		return term_holds(judge, end, judge->space->address, &peer->blocks, cut);
	if (peer->kind == WARD_PEER_NODES)
		return judge->at->kind[end] == WARD_SPACE_NODE
			       ? terms_hold(judge, end, &peer->scope, cut)
			       : WARD_NO;
	if (!ward_space_is_pod(judge->at->kind[end]))
		return WARD_NO;
	holds = terms_hold(judge, end, &peer->scope, cut);
	if (holds == WARD_NO || !peer->same_environment)
		return holds;
	if (holds == WARD_YES)
		return same_environment(judge, version, cut);
	return and(holds, same_environment(judge, version, &at));
}

static enum ward_truth peers_hold(struct ward_space_judge *judge, uint32_t version,
				  const struct ward_unit *unit, enum ward_end_at end,
				  struct ward_cut *cut)
{
	enum ward_truth any = unit->rule->any_peer ? WARD_YES : WARD_NO;

	for (uint32_t i = 0; i < unit->n_peers && any != WARD_YES; i++) {
		struct ward_cut at;
		enum ward_truth one = peer_holds(judge, version, &unit->peers[i], end, &at);

		if (one == WARD_MAYBE && any == WARD_NO)
			*cut = at;
		any = one == WARD_NO ? any : one;
	}
	return any;
}

/* The port is one that the destination calls so, of a protocol that the rule means (A9.4). */
static enum ward_truth name_holds(struct ward_space_judge *judge,
				  const struct ward_space_name *name, struct ward_cut *cut)
{
	static const struct ward_span yes_span = {1, 1};
	static const struct ward_mask yes = {1, &yes_span};
	enum ward_truth holds = term_holds(judge, WARD_FROM, judge->space->service, &name->services,
					   cut),
			named;
	struct ward_cut at;

	if (holds == WARD_NO || !ward_space_is_pod(judge->at->kind[WARD_TO]))
		return WARD_NO;
	named = judge->at->names ? term_holds(judge, WARD_FROM, judge->space->service,
					      &judge->at->names[name->var], &at)
				 : term_holds(judge, WARD_FROM, name->var, &yes, &at);
	if (holds == WARD_YES)
		*cut = at;
	return and(holds, named);
}

static enum ward_truth ports_hold(struct ward_space_judge *judge, const struct ward_unit *unit,
				  struct ward_cut *cut)
{
	enum ward_truth any =
		term_holds(judge, WARD_FROM, judge->space->service, &unit->services, cut);

	for (uint32_t i = 0; i < unit->n_names && any != WARD_YES; i++) {
		struct ward_cut at;
		enum ward_truth one = name_holds(judge, &unit->names[i], &at);

		if (one == WARD_MAYBE && any == WARD_NO)
			*cut = at;
		any = one == WARD_NO ? any : one;
	}
	return any;
}

enum ward_truth ward_unit_selects(struct ward_space_judge *judge, const struct ward_unit *unit,
				  enum ward_end_at end, struct ward_cut *ret_cut)
{
	enum ward_truth any = WARD_NO;

	for (uint32_t i = 0; i < unit->n_subjects && any != WARD_YES; i++) {
		struct ward_cut at;
		enum ward_truth one = terms_hold(judge, end, &unit->subjects[i], &at);

		if (one == WARD_MAYBE && any == WARD_NO)
			*ret_cut = at;
		any = one == WARD_NO ? any : one;
	}
	return any;
}

static enum ward_end_at subject_end(enum ward_direction direction)
{
	return direction == WARD_EGRESS ? WARD_FROM : WARD_TO;
}

static enum ward_truth unit_holds(struct ward_space_judge *judge, uint32_t version,
				  const struct ward_unit *unit, enum ward_direction direction,
				  struct ward_cut *cut)
{
	enum ward_end_at subject = subject_end(direction);
	enum ward_truth all = ward_unit_selects(judge, unit, subject, cut), one;
	struct ward_cut at;

	if (all == WARD_NO || !unit->rule)
		return all;
	one = peers_hold(judge, version, unit, WARD_FROM + WARD_TO - subject, &at);
	if (one == WARD_MAYBE && all == WARD_YES)
		*cut = at;
	all = and(all, one);
	if (all == WARD_NO)
		return all;
	one = ports_hold(judge, unit, &at);
	if (one == WARD_MAYBE && all == WARD_YES)
		*cut = at;
	return and(all, one);
}

enum ward_truth ward_unit_applies(struct ward_space_judge *judge, uint32_t version,
				  const struct ward_unit *unit, enum ward_direction direction,
				  struct ward_cut *ret_cut)
{
	enum ward_truth holds = unit_holds(judge, version, unit, direction, ret_cut);

	ret_cut->unit = unit;
	return holds;
}

/* What one tier says. */
struct tier {
	enum ward_truth accept; /* YES, NO; MAYBE: see the cut */
	bool silent;		/* none of its rules decides: the next tier */
	const struct ward_unit *by;
	struct ward_cut cut;
};

/* The first rule that matches. */
static struct tier ordered_tier(struct ward_space_judge *judge, uint32_t version,
				enum ward_direction direction, const struct ward_unit **unit,
				const struct ward_unit *end, enum ward_tier tier)
{
	struct tier says = {.silent = true};

	for (; *unit < end && (*unit)->policy->tier == tier; (*unit)++) {
		enum ward_truth applies;

		if (!says.silent || says.by)
			continue;
		applies = ward_unit_applies(judge, version, *unit, direction, &says.cut);
		if (applies == WARD_NO)
			continue;
		says.by = *unit;
		if (applies == WARD_YES && (*unit)->rule->action == WARD_PASS)
			continue;
		says.silent = false;
		says.accept = applies == WARD_MAYBE		     ? WARD_MAYBE
			      : (*unit)->rule->action == WARD_ACCEPT ? WARD_YES
								     : WARD_NO;
	}
	return says;
}

/* The union of the rules; and whether anything isolates. */
struct united {
	enum ward_truth matched, isolated;
	const struct ward_unit *by;
	struct ward_cut match_cut, isolation_cut;
};

static struct united united_tier(struct ward_space_judge *judge, uint32_t version,
				 enum ward_direction direction, const struct ward_unit **unit,
				 const struct ward_unit *end)
{
	struct united says = {};

	for (; *unit < end && (*unit)->policy->tier == WARD_TIER_NETWORKPOLICY; (*unit)++) {
		enum ward_truth *sum = (*unit)->rule ? &says.matched : &says.isolated;
		enum ward_truth applies;
		struct ward_cut cut;

		if (says.matched == WARD_YES || *sum == WARD_YES)
			continue;
		applies = ward_unit_applies(judge, version, *unit, direction, &cut);
		if (applies == WARD_MAYBE && *sum == WARD_NO)
			*((*unit)->rule ? &says.match_cut : &says.isolation_cut) = cut;
		if (applies != WARD_NO)
			*sum = applies;
		if (applies == WARD_YES && (*unit)->rule)
			says.by = *unit;
	}
	return says;
}

enum ward_truth ward_space_side(struct ward_space_judge *judge, uint32_t version,
				enum ward_direction direction, const struct ward_unit **ret_by,
				struct ward_cut *ret_cut)
{
	const struct ward_units *units =
		judge->only[direction] ? judge->only[direction]
				       : &judge->space->versions[version].units[direction];
	const struct ward_unit *unit = units->items, *end = unit + units->n;
	struct united united;
	struct tier says;

	*ret_by = NULL;
	if (!ward_space_is_pod(judge->at->kind[subject_end(direction)]))
		return WARD_YES;
	says = ordered_tier(judge, version, direction, &unit, end, WARD_TIER_ADMIN);
	*ret_by = says.by;
	*ret_cut = says.cut;
	if (!says.silent)
		return says.accept;
	united = united_tier(judge, version, direction, &unit, end);
	*ret_by = united.by;
	if (united.matched == WARD_YES)
		return WARD_YES;
	if (united.isolated == WARD_YES) {
		*ret_cut = united.match_cut;
		return united.matched;
	}
	says = ordered_tier(judge, version, direction, &unit, end, WARD_TIER_BASELINE);
	if (united.isolated == WARD_MAYBE) {
		*ret_cut = united.isolation_cut;
		return WARD_MAYBE;
	}
	*ret_by = says.by;
	if (says.silent || says.accept == WARD_YES)
		return WARD_YES;
	*ret_cut = united.matched == WARD_MAYBE ? united.match_cut : says.cut;
	return united.matched == WARD_MAYBE ? WARD_MAYBE : says.accept;
}
