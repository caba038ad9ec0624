/* SPDX-License-Identifier: Apache-2.0 */
/* Laying out a row: from its rules to the identities that they match, and from what each has
 * matched to its port map.  Identities that have matched the same rules are in the same state, so a
 * port map is looked for once a state and not once an identity. */
#include "engine/portmap.h"
#include "engine/row.h"

/* What rules an identity has met while a row is laid out: the same as those of another state, and
 * one more.  There are as many states as kinds of identities, which are few. */
struct fill_state {
	uint32_t before;	    /* the state without the last rule */
	uint32_t turn, decision;    /* the last rule, and its place among the rules of the row */
	uint32_t after_turn, after; /* where the rule of that turn leads from here */
	uint32_t map;		    /* WARD_NONE: not known yet, or it depends on the ports */
};

/* The states that have met no rule. */
enum {
	STATE_NONE,
	STATE_PORTS, /* but a rule for anyone names a port, and this identity has some */
	N_STATE,
};

struct any {
	uint32_t turn, decision;
};

/* Of the identities from @from on. */
struct fill {
	struct rows *rows;
	const struct identities *identities;
	const struct ruleset *ruleset;
	const struct row_key *key;
	bool isolated;
	uint32_t from;
	uint32_t turn;
	uint32_t *state_of;	  /* by identity */
	number_list touched;	  /* identities that are not in STATE_NONE */
	WARD_VEC(struct any) any; /* rules for anyone */
	WARD_VEC(struct fill_state) states;
};

static uint32_t fill_state_after(struct fill *fill, uint32_t state, uint32_t decision)
{
	struct fill_state after = {state, fill->turn, decision, 0, 0, WARD_NONE};

	if (fill->states.items[state].after_turn != fill->turn) {
		fill->states.items[state].after_turn = fill->turn;
		fill->states.items[state].after = fill->states.n;
		ward_vec_push(&fill->states, after);
	}
	return fill->states.items[state].after;
}

static void fill_hit(struct fill *fill, uint32_t identity, uint32_t decision)
{
	uint32_t state = fill->state_of[identity];

	if (fill->states.items[state].turn == fill->turn)
		return; /* by another peer of the same rule */
	if (!state)
		ward_vec_push(&fill->touched, identity);
	fill->state_of[identity] = fill_state_after(fill, state, decision);
}

/* The first of an ascending list that is not below @from. */
static uint32_t list_from(const number_list *list, uint32_t from)
{
	uint32_t low = 0, high = list->n;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (list->items[middle] < from)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void fill_scope(struct fill *fill, const struct peer_scope *peer, uint32_t decision)
{
	const number_list *list = &fill->identities->of_scope.items[peer->scope];

	for (uint32_t i = list_from(list, fill->from); i < list->n; i++) {
		uint32_t identity = list->items[i];

		if (!peer->same_environment ||
		    identity_environment(fill->identities, identity) == fill->key->environment)
			fill_hit(fill, identity, decision);
	}
}

static void fill_rule(struct fill *fill, uint32_t decision)
{
	const struct rule_peers *peers = &fill->ruleset->peers.items[decision];

	fill->turn++;
	if (ruleset_rule(fill->ruleset, decision)->any_peer) {
		ward_vec_push(&fill->any, ((struct any){fill->turn, decision}));
		return;
	}
	for (uint32_t i = 0; i < peers->n_scopes; i++)
		if (peers->scopes[i].scope < fill->identities->of_scope.n)
			fill_scope(fill, &peers->scopes[i], decision);
	if (peers->block_set < fill->identities->of_set.n) {
		const number_list *list = &fill->identities->of_set.items[peers->block_set];

		for (uint32_t i = list_from(list, fill->from); i < list->n; i++)
			fill_hit(fill, list->items[i], decision);
	}
}

/* The rules that a state has met, and those for anyone, in the order of rules. */
static void fill_matched(const struct fill *fill, uint32_t state, number_list *ret_decisions)
{
	uint32_t any = fill->any.n, n;

	while (state >= N_STATE || any) {
		bool take_any = state < N_STATE || (any && fill->any.items[any - 1].turn >
								   fill->states.items[state].turn);

		if (take_any) {
			ward_vec_push(ret_decisions, fill->any.items[--any].decision);
		} else {
			ward_vec_push(ret_decisions, fill->states.items[state].decision);
			state = fill->states.items[state].before;
		}
	}
	n = ret_decisions->n;
	for (uint32_t i = 0; i < n / 2; i++) {
		uint32_t last = ret_decisions->items[n - 1 - i];

		ret_decisions->items[n - 1 - i] = ret_decisions->items[i];
		ret_decisions->items[i] = last;
	}
}

/* What names mean here: the ports of the destination, or WARD_NONE when no rule names one. */
static uint32_t fill_ports(const struct fill *fill, const number_list *decisions, uint32_t identity)
{
	for (uint32_t i = 0; i < decisions->n; i++) {
		if (!rule_has_names(ruleset_rule(fill->ruleset, decisions->items[i])))
			continue;
		if (fill->key->direction == WARD_INGRESS)
			return fill->key->ports;
		return identity == WARD_NONE ? 0 : identity_ports(fill->identities, identity);
	}
	return WARD_NONE;
}

static struct ward_port_map fill_build_map(const struct fill *fill, const number_list *decisions,
					   uint32_t ports)
{
	struct matched_rule *rules = ward_new_n(struct matched_rule, decisions->n);
	struct port_map_spec spec = {
		.rules = rules,
		.n_rules = decisions->n,
		.isolated = fill->isolated,
	};
	struct ward_port_map map;
	size_t size;

	for (uint32_t i = 0; i < decisions->n; i++) {
		uint32_t decision = decisions->items[i];
		const struct ward_decision *made = &fill->ruleset->decisions.items[decision];

		rules[i] = (struct matched_rule){
			.policy = fill->ruleset->policies.items[made->policy],
			.rule = ruleset_rule(fill->ruleset, decision),
			.decision = decision,
		};
	}
	if (ports != WARD_NONE) {
		spec.ports = ward_intern_bytes(&fill->identities->port_sets, ports, &size);
		spec.n_ports = (uint32_t)(size / sizeof(*spec.ports));
	}
	map = port_map_build(&fill->rows->arena, &spec);
	free(rules);
	return map;
}

static uint32_t fill_intern_map(const struct fill *fill, const number_list *decisions,
				uint32_t ports)
{
	number_list key = {};
	uint32_t map;

	ward_vec_push(&key, fill->isolated);
	ward_vec_push(&key, ports);
	for (uint32_t i = 0; i < decisions->n; i++)
		ward_vec_push(&key, decisions->items[i]);
	map = ward_intern(&fill->rows->map_keys, key.items, key.n * sizeof(*key.items));
	if (map == fill->rows->maps.n) {
		struct ward_port_map built = fill_build_map(fill, decisions, ports);

		ward_vec_push(&fill->rows->maps, built);
	}
	ward_vec_done(&key);
	return map;
}

/* WARD_NONE: of an identity that nothing singles out. */
static uint32_t fill_map(struct fill *fill, uint32_t identity)
{
	uint32_t state = identity == WARD_NONE ? 0 : fill->state_of[identity];
	number_list decisions = {};
	uint32_t ports, map;

	if (fill->states.items[state].map != WARD_NONE)
		return fill->states.items[state].map;
	fill_matched(fill, state, &decisions);
	ports = fill_ports(fill, &decisions, identity);
	map = fill_intern_map(fill, &decisions, ports);
	if (ports == WARD_NONE || fill->key->direction == WARD_INGRESS || state == STATE_NONE)
		fill->states.items[state].map = map;
	ward_vec_done(&decisions);
	return map;
}

/* Cells that no peer singled out differ only if an egress rule for anyone names a port, which is
 * then looked up at each destination. */
static bool fill_asks_for_ports(const struct fill *fill)
{
	if (fill->key->direction == WARD_INGRESS)
		return false;
	for (uint32_t i = 0; i < fill->any.n; i++)
		if (rule_has_names(ruleset_rule(fill->ruleset, fill->any.items[i].decision)))
			return true;
	return false;
}

/* Few are sorted; of many it is quicker to ask everyone. */
static void fill_sort(struct fill *fill)
{
	number_list *touched = &fill->touched;
	uint32_t n = fill->identities->all.n;

	if (touched->n > (n - fill->from) / 16) {
		ward_vec_clear(touched);
		for (uint32_t i = fill->from; i < n; i++)
			if (fill->state_of[i])
				ward_vec_push(touched, i);
	} else {
		numbers_sort(touched->items, touched->n);
	}
}

/* Whoever has ports is singled out by a rule for anyone that names one. */
static void fill_with_ports(struct fill *fill)
{
	const number_list *with_ports = &fill->identities->with_ports;

	for (uint32_t i = list_from(with_ports, fill->from); i < with_ports->n; i++) {
		uint32_t identity = with_ports->items[i];

		if (fill->state_of[identity] != STATE_NONE)
			continue;
		fill->state_of[identity] = STATE_PORTS;
		ward_vec_push(&fill->touched, identity);
	}
}

static void fill_cells(struct fill *fill, struct ward_row *row, struct row_cells *cells)
{
	row->rest = fill_map(fill, WARD_NONE);
	if (fill_asks_for_ports(fill))
		fill_with_ports(fill);
	fill_sort(fill);
	for (uint32_t i = 0; i < fill->touched.n; i++) {
		struct ward_cell cell = {fill->touched.items[i],
					 fill_map(fill, fill->touched.items[i])};

		if (cell.map != row->rest)
			ward_vec_push(&cells->list, cell);
		fill->state_of[cell.identity] = STATE_NONE;
	}
	row->cells = cells->list.items;
	row->n_cells = cells->list.n;
}

static void fill_policies(struct fill *fill)
{
	uint32_t n;
	const uint32_t *policies = rows_list(fill->rows, fill->key->list, &n);

	for (uint32_t i = 0; i < n; i++) {
		const struct ward_policy *policy = fill->ruleset->policies.items[policies[i]];
		uint32_t first = fill->ruleset->states.items[policies[i]].first_decision;

		fill->isolated |= policy->isolates[fill->key->direction];
		for (uint32_t r = 0; r < policy->n_rules; r++)
			if (policy->rules[r].direction == fill->key->direction)
				fill_rule(fill, first + r);
	}
}

/* By identity, all in STATE_NONE. */
static uint32_t *rows_scratch(struct rows *rows, uint32_t n)
{
	while (rows->scratch.n < n)
		ward_vec_push(&rows->scratch, STATE_NONE);
	return rows->scratch.items;
}

void rows_lay_out(struct rows *rows, const struct identities *identities,
		  const struct ruleset *ruleset, uint32_t row)
{
	struct row_cells *cells = &rows->cells.items[row];
	struct fill fill = {
		.rows = rows,
		.identities = identities,
		.ruleset = ruleset,
		.key = ward_intern_bytes(&rows->keys, row, NULL),
		.from = cells->n_identities,
		.state_of = rows_scratch(rows, identities->all.n),
	};

	if (cells->n_identities == identities->all.n)
		return;
	for (int i = 0; i < N_STATE; i++)
		ward_vec_push(&fill.states, (struct fill_state){.map = WARD_NONE});
	fill_policies(&fill);
	fill_cells(&fill, &rows->list.items[row], cells);
	cells->n_identities = identities->all.n;
	ward_vec_done(&fill.touched);
	ward_vec_done(&fill.any);
	ward_vec_done(&fill.states);
}
