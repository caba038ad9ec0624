/* SPDX-License-Identifier: Apache-2.0 */
/* What a GroupPolicy exempts from its baseline: rules that none of its lines is. */
#include "policy/group-scope.h"

bool group_exempts(const struct ward_grouppolicy *gp, enum ward_direction dir)
{
	for (uint32_t i = 0; i < WARD_N_EXEMPTION; i++)
		if (gp->exempts >> i & 1 && ward_exemptions[i].direction == dir)
			return true;
	return false;
}

static struct ward_selector in_words(struct ward_symbols *symbols, struct ward_arena *arena,
				     const char *key, const char *const *words)
{
	ward_sym values[WARD_EXEMPTION_WORDS];
	uint32_t n = 0;

	for (; n < WARD_EXEMPTION_WORDS && words[n]; n++)
		values[n] = ward_symbol(symbols, words[n]);
	return ward_selector_in(arena, ward_symbol(symbols, key), values, n);
}

static struct ward_selector exists(struct ward_symbols *symbols, struct ward_arena *arena,
				   const char *key)
{
	struct ward_requirement *items = ward_arena_new(arena, struct ward_requirement);

	*items = (struct ward_requirement){
		.key = ward_symbol(symbols, key),
		.op = WARD_OP_EXISTS,
		.mark = {.file = WARD_NONE},
	};
	return (struct ward_selector){1, items};
}

static const struct ward_peer *exempt_peer(struct ward_symbols *symbols, struct ward_arena *arena,
					   const struct ward_exemption_def *def,
					   struct ward_mark mark)
{
	struct ward_peer *peer = ward_arena_new(arena, struct ward_peer);

	*peer = (struct ward_peer){.kind = WARD_PEER_NODES, .mark = mark};
	if (def->nodes) {
		peer->nodes = exists(symbols, arena, def->nodes);
		return peer;
	}
	peer->kind = WARD_PEER_SCOPE;
	peer->scope.namespaces =
		in_words(symbols, arena, "kubernetes.io/metadata.name", def->namespaces);
	peer->scope.pods = in_words(symbols, arena, def->key, def->values);
	return peer;
}

static struct ward_rule exempt_rule(struct ward_symbols *symbols, struct ward_arena *arena,
				    enum ward_exemption exemption, struct ward_mark mark)
{
	const struct ward_exemption_def *def = &ward_exemptions[exemption];
	struct ward_np_port ports[WARD_ARRAY_SIZE(def->ports)];
	struct ward_rule rule = {
		.mark = mark,
		.direction = def->direction,
		.action = WARD_ACCEPT,
		.index = exemption,
		.is_exemption = true,
		.n_peers = 1,
		.peers = exempt_peer(symbols, arena, def, mark),
	};

	for (uint32_t i = 0; i < def->n_ports; i++)
		ports[i] = (struct ward_np_port){
			.mark = mark,
			.proto = def->ports[i].proto,
			.name = WARD_NONE,
			.low = def->ports[i].low,
			.high = def->ports[i].high,
		};
	ward_build_ports(arena, &rule, ports, def->n_ports);
	return rule;
}

void group_exempt(const struct group_lowering *in, const bool directions[WARD_N_DIRECTION],
		  struct ward_policy *policy)
{
	struct ward_rule *rules =
		ward_arena_new_n(&policy->arena, struct ward_rule, WARD_N_EXEMPTION);

	for (enum ward_exemption i = 0; i < WARD_N_EXEMPTION; i++)
		if (in->gp->exempts >> i & 1 && directions[ward_exemptions[i].direction])
			rules[policy->n_rules++] =
				exempt_rule(in->lowering->symbols, &policy->arena, i,
					    in->gp->exempt_mark);
	policy->rules = rules;
}
