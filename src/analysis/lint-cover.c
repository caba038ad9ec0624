/* SPDX-License-Identifier: Apache-2.0 */
/* Containment, from constraints on one label up to whole rules.  A list covers another when each
 * element of that one is covered by some element of it: not the finest there is (two ranges of
 * ports may cover a third together), but it never claims too much, and it can be explained.
 *
 *	role in (a, b), !canary   covers   role=a, !canary, tier=web
 *	10.0.0.0/8 but 10.9.0.0/16   covers   10.1.0.0/16
 */
#include "analysis/lint-cover.h"

static bool form_covers(const struct scope_form *outer, const struct scope_form *inner)
{
	return ward_constraints_contain(outer->constraints, outer->n_namespace, inner->constraints,
					inner->n_namespace) &&
	       ward_constraints_contain(outer->constraints + outer->n_namespace, outer->n_pod,
					inner->constraints + inner->n_namespace, inner->n_pod);
}

static bool pods_cover(struct ward_pod_set outer, struct ward_pod_set inner)
{
	uint32_t o = 0;

	if (!inner.n || inner.n > outer.n)
		return false;
	for (uint32_t i = 0; i < inner.n; i++) {
		while (o < outer.n && outer.items[o] < inner.items[i])
			o++;
		if (o == outer.n || outer.items[o] != inner.items[i])
			return false;
	}
	return true;
}

static enum ward_cover scope_covers(const struct ward_lint *lint, uint32_t outer, uint32_t inner)
{
	if (inner == WARD_NONE || outer == WARD_NONE)
		return WARD_COVER_NOT;
	if (inner == outer)
		return WARD_COVER_EQUAL;
	if (form_covers(&lint->scopes.list.items[outer], &lint->scopes.list.items[inner]))
		return WARD_COVER_ALWAYS;
	if (pods_cover(ward_lint_scope_pods(lint, outer), ward_lint_scope_pods(lint, inner)))
		return WARD_COVER_GIVEN;
	return WARD_COVER_NOT;
}

static bool cidr_within(struct ward_cidr inner, struct ward_cidr outer)
{
	return ward_cidr_has(outer, inner.ip) && inner.bits >= outer.bits;
}

static bool cidrs_meet(struct ward_cidr a, struct ward_cidr b)
{
	return cidr_within(a, b) || cidr_within(b, a);
}

/* What @outer excepts of @inner must be excepted there too. */
static enum ward_cover block_covers(const struct ward_peer *outer, const struct ward_peer *inner)
{
	bool equal = outer->n_excepts == inner->n_excepts;

	if (outer->n_cidrs != 1 || inner->n_cidrs != 1 ||
	    !cidr_within(inner->cidrs[0], outer->cidrs[0]))
		return WARD_COVER_NOT;
	for (uint32_t i = 0; i < outer->n_excepts; i++) {
		bool excepted = !cidrs_meet(outer->excepts[i], inner->cidrs[0]);

		for (uint32_t j = 0; j < inner->n_excepts && !excepted; j++)
			excepted = cidr_within(outer->excepts[i], inner->excepts[j]);
		if (!excepted)
			return WARD_COVER_NOT;
	}
	equal = equal && outer->cidrs[0].bits == inner->cidrs[0].bits;
	for (uint32_t i = 0; equal && i < inner->n_excepts; i++)
		equal = outer->excepts[i].bits == inner->excepts[i].bits &&
			ward_ip_eq(outer->excepts[i].ip, inner->excepts[i].ip);
	return equal ? WARD_COVER_EQUAL : WARD_COVER_ALWAYS;
}

static enum ward_cover peer_covers(const struct ward_lint *lint, const struct ward_lint_rule *outer,
				   uint32_t o, const struct ward_lint_rule *inner, uint32_t i)
{
	const struct ward_peer *a = &outer->rule->peers[o], *b = &inner->rule->peers[i];
	enum ward_cover cover;

	if (a->kind != b->kind)
		return WARD_COVER_NOT;
	if (a->kind == WARD_PEER_BLOCKS)
		return block_covers(a, b);
	if (a->kind != WARD_PEER_SCOPE || (a->same_environment && !b->same_environment))
		return WARD_COVER_NOT;
	cover = scope_covers(lint, outer->scopes[o], inner->scopes[i]);
	if (cover == WARD_COVER_EQUAL && a->same_environment != b->same_environment)
		return WARD_COVER_ALWAYS;
	return cover;
}

static enum ward_cover weaker(enum ward_cover a, enum ward_cover b)
{
	return a < b ? a : b;
}

static enum ward_cover peers_cover(const struct ward_lint *lint, const struct ward_lint_rule *outer,
				   const struct ward_lint_rule *inner)
{
	enum ward_cover all = WARD_COVER_EQUAL;

	if (outer->rule->any_peer)
		return inner->rule->any_peer ? WARD_COVER_EQUAL : WARD_COVER_ALWAYS;
	if (inner->rule->any_peer || !inner->rule->n_peers)
		return WARD_COVER_NOT;
	for (uint32_t i = 0; i < inner->rule->n_peers && all; i++) {
		enum ward_cover best = WARD_COVER_NOT;

		for (uint32_t o = 0; o < outer->rule->n_peers && best < WARD_COVER_EQUAL; o++) {
			enum ward_cover one = peer_covers(lint, outer, o, inner, i);

			best = one > best ? one : best;
		}
		all = weaker(all, best);
	}
	if (all == WARD_COVER_EQUAL && outer->rule->n_peers != inner->rule->n_peers)
		return WARD_COVER_ALWAYS;
	return all;
}

static enum ward_cover port_covers(const struct ward_port *outer, const struct ward_port *inner)
{
	if (outer->name != inner->name || outer->proto != inner->proto)
		return WARD_COVER_NOT;
	if (outer->low == inner->low && outer->high == inner->high)
		return WARD_COVER_EQUAL;
	return outer->low <= inner->low && inner->high <= outer->high ? WARD_COVER_ALWAYS
								      : WARD_COVER_NOT;
}

static enum ward_cover ports_cover(const struct ward_rule *outer, const struct ward_rule *inner)
{
	enum ward_cover all = WARD_COVER_EQUAL;

	if (outer->any_port)
		return inner->any_port ? WARD_COVER_EQUAL : WARD_COVER_ALWAYS;
	if (inner->any_port)
		return WARD_COVER_NOT;
	for (uint32_t i = 0; i < inner->n_ports && all; i++) {
		enum ward_cover best = WARD_COVER_NOT;

		for (uint32_t o = 0; o < outer->n_ports && best < WARD_COVER_EQUAL; o++) {
			enum ward_cover one = port_covers(&outer->ports[o], &inner->ports[i]);

			best = one > best ? one : best;
		}
		all = weaker(all, best);
	}
	if (all == WARD_COVER_EQUAL && outer->n_ports != inner->n_ports)
		return WARD_COVER_ALWAYS;
	return all;
}

/* Policies of one origin and scope have equal subjects even where nothing can satisfy them. */
static enum ward_cover subjects_cover(const struct ward_lint *lint,
				      const struct ward_lint_policy *outer,
				      const struct ward_lint_policy *inner)
{
	enum ward_cover all = WARD_COVER_EQUAL;

	if (outer == inner)
		return WARD_COVER_EQUAL;
	for (uint32_t i = 0; i < inner->n_subjects && all; i++) {
		enum ward_cover best = WARD_COVER_NOT;

		for (uint32_t o = 0; o < outer->n_subjects && best < WARD_COVER_EQUAL; o++) {
			enum ward_cover one = scope_covers(lint, outer->subject_scopes[o],
							   inner->subject_scopes[i]);

			best = one > best ? one : best;
		}
		all = weaker(all, best);
	}
	return inner->n_subjects ? all : WARD_COVER_NOT;
}

enum ward_cover ward_lint_covers(const struct ward_lint *lint,
				 const struct ward_lint_policy *outer_policy, uint32_t outer_rule,
				 const struct ward_lint_policy *inner_policy, uint32_t inner_rule)
{
	const struct ward_lint_rule *outer = &outer_policy->rules[outer_rule];
	const struct ward_lint_rule *inner = &inner_policy->rules[inner_rule];
	enum ward_cover cover;

	if (outer->rule->direction != inner->rule->direction)
		return WARD_COVER_NOT;
	cover = ports_cover(outer->rule, inner->rule);
	if (cover)
		cover = weaker(cover, peers_cover(lint, outer, inner));
	if (cover)
		cover = weaker(cover, subjects_cover(lint, outer_policy, inner_policy));
	return cover;
}
