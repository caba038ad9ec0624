/* SPDX-License-Identifier: Apache-2.0 */
/* Properties that hold whatever the right verdict is (F7.5): a world is changed, and what each
 * judge says of the same connections before and after must be related.  They need no oracle, so
 * they also hold the engine where the oracle and it might share a misreading. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "group/grouppolicy.h"
#include "kube/clusternetworkpolicy.h"
#include "kube/networkpolicy.h"
#include "oracle/judges.h"
#include "oracle/world-read.h"

enum {
	WORLDS = 300,
	CONNS_A_WORLD = 200
};

struct trial {
	struct world before, after;
	struct rng rng;
	struct reading reading;
	/* What the change was about, for those relations that ask. */
	ward_sym ns;
	enum ward_direction direction;
};

struct property {
	const char *name;
	/* Changes trial->after, a copy of trial->before; false if this world has nothing to
	 * change. */
	bool (*change)(struct trial *trial);
	bool (*holds)(const struct trial *trial, const struct conn *conn,
		      const struct judgement *before, const struct judgement *after);
};

/* ---- relations ---- */

static bool same_verdict(const struct trial *trial, const struct conn *conn,
			 const struct judgement *before, const struct judgement *after)
{
	for (enum ward_direction dir = 0; dir < WARD_N_DIRECTION; dir++) {
		if (before->side[dir].by != after->side[dir].by)
			return false;
	}
	return before->accept == after->accept;
}

static bool same_rule(const struct judged_rule *a, const struct judged_rule *b)
{
	return a->kind == b->kind && a->ns == b->ns && a->name == b->name &&
	       a->exempts == b->exempts && a->index == b->index;
}

/* The verdict and the rule that is said to have decided. */
static bool same_judgement(const struct trial *trial, const struct conn *conn,
			   const struct judgement *before, const struct judgement *after)
{
	for (enum ward_direction dir = 0; dir < WARD_N_DIRECTION; dir++) {
		if (before->side[dir].by == BY_RULE &&
		    !same_rule(&before->side[dir].rule, &after->side[dir].rule))
			return false;
	}
	return same_verdict(trial, conn, before, after);
}

static bool never_less(const struct trial *trial, const struct conn *conn,
		       const struct judgement *before, const struct judgement *after)
{
	for (enum ward_direction dir = 0; dir < WARD_N_DIRECTION; dir++) {
		if (!denies(before->side[dir].by) && denies(after->side[dir].by))
			return false;
	}
	return !before->accept || after->accept;
}

static const struct ward_pod *managed_end(const struct world *world, const struct conn_end *end)
{
	if (end->pod)
		return end->pod->host_network ? NULL : end->pod;
	return oracle_pod_of(world, end->ip);
}

/* Pods of trial->ns are open in trial->direction by a rule; everyone else is as before. */
static bool open_there(const struct trial *trial, const struct conn *conn,
		       const struct judgement *before, const struct judgement *after)
{
	enum ward_direction dir = trial->direction;
	const struct ward_pod *pod =
		managed_end(&trial->after, dir == WARD_INGRESS ? &conn->to : &conn->from);

	if (pod && pod->object.ns == trial->ns)
		return after->side[dir].by != ISOLATED && after->side[dir].by != OPEN &&
		       (after->side[dir].by != DENIED || before->side[dir].by == DENIED);
	return same_verdict(trial, conn, before, after);
}

static bool is_closed(enum judged_by by)
{
	return by == ISOLATED || by == SELF;
}

/* Exactly one of a requirement and its opposite lets a pod in; neither lets anyone else. */
static bool opposite(const struct trial *trial, const struct conn *conn,
		     const struct judgement *before, const struct judgement *after)
{
	const struct ward_pod *to = managed_end(&trial->before, &conn->to);
	bool from_pod = managed_end(&trial->before, &conn->from);
	enum judged_by was = before->side[WARD_INGRESS].by, is = after->side[WARD_INGRESS].by;

	if (!to || to->object.ns != trial->ns || was == NOT_JUDGED || was == OWN_NODE)
		return was == is;
	if (!from_pod)
		return is_closed(was) && is_closed(is);
	return (was == BY_RULE && is_closed(is)) || (is_closed(was) && is == BY_RULE);
}

static bool same_ipv6(const struct trial *trial, const struct conn *conn,
		      const struct judgement *before, const struct judgement *after)
{
	bool is_6 = conn->from.ip.family == WARD_FAMILY_6 && conn->to.ip.family == WARD_FAMILY_6;

	return is_6 ? same_verdict(trial, conn, before, after)
		    : never_less(trial, conn, before, after);
}

static bool same_ingress(const struct trial *trial, const struct conn *conn,
			 const struct judgement *before, const struct judgement *after)
{
	return before->side[WARD_INGRESS].by == after->side[WARD_INGRESS].by;
}

/* ---- changes ---- */

static void shuffle(struct rng *rng, void *items, uint32_t n, size_t size)
{
	char *at = items, swap[256];

	for (uint32_t i = n; i > 1; i--) {
		char *a = at + (i - 1) * size, *b = at + rng_below(rng, i) * size;

		memcpy(swap, a, size);
		memmove(a, b, size);
		memcpy(b, swap, size);
	}
}

static bool change_order(struct trial *trial)
{
	struct world *world = &trial->after;

	shuffle(&trial->rng, world->objects.items, world->objects.n, sizeof(*world->objects.items));
	return true;
}

/* The @n-th NetworkPolicy's place, counted round and round, or WARD_NONE when there is none. */
static uint32_t nth_networkpolicy(const struct world *world, uint32_t n)
{
	uint32_t found = 0;

	for (uint32_t i = 0; i < world->objects.n; i++)
		found += world->objects.items[i]->kind == WARD_KIND_NETWORKPOLICY;
	if (!found)
		return WARD_NONE;
	for (uint32_t i = 0, left = n % found;; i++) {
		if (world->objects.items[i]->kind == WARD_KIND_NETWORKPOLICY && !left--)
			return i;
	}
}

/* A copy in trial->after of some NetworkPolicy, in its place, to be changed. */
static struct ward_networkpolicy *copy_some(struct trial *trial)
{
	struct world *world = &trial->after;
	uint32_t at = nth_networkpolicy(world, rng_below(&trial->rng, 100));
	struct ward_networkpolicy *copy;

	if (at == WARD_NONE)
		return NULL;
	copy = ward_arena_copy(&world->arena, world->objects.items[at], sizeof(*copy));
	world->objects.items[at] = &copy->object;
	trial->ns = copy->object.ns;
	return copy;
}

static void *copy_shuffled(struct trial *trial, const void *items, uint32_t n, size_t size)
{
	void *copy = ward_arena_copy(&trial->after.arena, items, n * size);

	shuffle(&trial->rng, copy, n, size);
	return copy;
}

static void reorder_rules(struct trial *trial, struct ward_networkpolicy *np,
			  enum ward_direction dir)
{
	struct ward_np_rule *rules =
		copy_shuffled(trial, np->rules[dir], np->n_rules[dir], sizeof(*rules));

	for (uint32_t i = 0; i < np->n_rules[dir]; i++) {
		rules[i].peers = copy_shuffled(trial, rules[i].peers, rules[i].n_peers,
					       sizeof(*rules[i].peers));
		rules[i].ports = copy_shuffled(trial, rules[i].ports, rules[i].n_ports,
					       sizeof(*rules[i].ports));
	}
	np->rules[dir] = rules;
}

static bool change_rule_order(struct trial *trial)
{
	struct ward_networkpolicy *np = copy_some(trial);

	if (!np)
		return false;
	reorder_rules(trial, np, WARD_INGRESS);
	reorder_rules(trial, np, WARD_EGRESS);
	return true;
}

static void append_rule(struct trial *trial, struct ward_networkpolicy *np, enum ward_direction dir,
			const struct ward_np_rule *rule)
{
	uint32_t n = np->n_rules[dir];
	struct ward_np_rule *rules =
		ward_arena_new_n(&trial->after.arena, struct ward_np_rule, n + 1);

	if (n)
		memcpy(rules, np->rules[dir], n * sizeof(*rules));
	rules[n] = *rule;
	np->rules[dir] = rules;
	np->n_rules[dir] = n + 1;
}

static bool add_rule(struct trial *trial)
{
	struct ward_networkpolicy *np = copy_some(trial);
	const struct ward_networkpolicy *donor =
		(const struct ward_networkpolicy *)world_random_networkpolicy(&trial->after,
									      &trial->rng, "donor");
	enum ward_direction from = donor->n_rules[WARD_INGRESS] ? WARD_INGRESS : WARD_EGRESS;

	if (!np || !donor->n_rules[from])
		return false;
	append_rule(trial, np, rng_below(&trial->rng, WARD_N_DIRECTION), &donor->rules[from][0]);
	return true;
}

static struct ward_networkpolicy *add_networkpolicy(struct trial *trial)
{
	const struct ward_object *np =
		world_random_networkpolicy(&trial->after, &trial->rng, "added");

	ward_vec_push(&trial->after.objects, np);
	return (struct ward_networkpolicy *)np;
}

static bool select_nothing(struct trial *trial)
{
	static const struct ward_requirement never[] = {
		{.key = WARD_SYM_ENV, .op = WARD_OP_EXISTS},
		{.key = WARD_SYM_ENV, .op = WARD_OP_NOT_EXISTS},
	};

	add_networkpolicy(trial)->pods = (struct ward_selector){.n = 2, .items = never};
	return true;
}

static bool open_direction(struct trial *trial)
{
	static const struct ward_np_rule everything = {};
	struct ward_networkpolicy *np = copy_some(trial);

	if (!np)
		return false;
	trial->direction = np->isolates[WARD_INGRESS] ? WARD_INGRESS : WARD_EGRESS;
	np->isolates[!trial->direction] = false;
	np->pods = (struct ward_selector){};
	append_rule(trial, np, trial->direction, &everything);
	/* Before: the same policy without the rule, so that all else is equal. */
	for (uint32_t i = 0; i < trial->before.objects.n; i++) {
		struct ward_networkpolicy *closed;

		if (trial->after.objects.items[i] != &np->object)
			continue;
		closed = ward_arena_copy(&trial->after.arena, np, sizeof(*np));
		closed->n_rules[trial->direction]--;
		trial->before.objects.items[i] = &closed->object;
	}
	return true;
}

static void drop_policies(struct world *world)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < world->objects.n; i++) {
		if (!ward_kind_is_policy(world->objects.items[i]->kind))
			world->objects.items[n++] = world->objects.items[i];
	}
	world->objects.n = n;
}

static const struct ward_object *lets_in(struct trial *trial, ward_sym key, enum ward_op op,
					 const ward_sym *value)
{
	struct ward_arena *arena = &trial->after.arena;
	struct ward_networkpolicy *np = ward_arena_new(arena, struct ward_networkpolicy);
	struct ward_np_rule *rule = ward_arena_new(arena, struct ward_np_rule);
	struct ward_np_peer *peer = ward_arena_new(arena, struct ward_np_peer);
	struct ward_requirement *requirement = ward_arena_new(arena, struct ward_requirement);

	*requirement = (struct ward_requirement){.key = key, .op = op, .values = value};
	requirement->n_values = op == WARD_OP_IN || op == WARD_OP_NOT_IN;
	*peer = (struct ward_np_peer){.has_pods = true, .has_namespaces = true};
	peer->pods = (struct ward_selector){.n = 1, .items = requirement};
	*rule = (struct ward_np_rule){.n_peers = 1, .peers = peer};
	np->object = (struct ward_object){.kind = WARD_KIND_NETWORKPOLICY,
					  .ns = trial->ns,
					  .name = WARD_SYM_ENV};
	np->isolates[WARD_INGRESS] = true;
	np->n_rules[WARD_INGRESS] = 1;
	np->rules[WARD_INGRESS] = rule;
	return &np->object;
}

static bool negate_requirement(struct trial *trial)
{
	static const enum ward_op opposites[][2] = {
		{WARD_OP_IN, WARD_OP_NOT_IN},
		{WARD_OP_EXISTS, WARD_OP_NOT_EXISTS},
	};
	uint32_t pair = rng_below(&trial->rng, 2);
	ward_sym key = ward_symbol(trial->after.symbols, "app");
	ward_sym *value = ward_arena_new(&trial->after.arena, ward_sym);

	*value = ward_symbol(trial->after.symbols, rng_chance(&trial->rng, 80) ? "a" : "");
	trial->ns = ward_symbol(trial->after.symbols, "x");
	drop_policies(&trial->before);
	drop_policies(&trial->after);
	ward_vec_push(&trial->before.objects, lets_in(trial, key, opposites[pair][0], value));
	ward_vec_push(&trial->after.objects, lets_in(trial, key, opposites[pair][1], value));
	return true;
}

static bool add_unused_label(struct trial *trial)
{
	ward_sym key = ward_symbol(trial->after.symbols, "pod-template-hash");

	for (uint32_t i = 0; i < trial->after.objects.n; i++) {
		const struct ward_object *object = trial->after.objects.items[i];
		struct ward_label *labels;
		struct ward_pod *pod;
		uint32_t at = 0;

		if (!ward_kind_is_pod(object->kind) || rng_chance(&trial->rng, 50))
			continue;
		pod = ward_arena_copy(&trial->after.arena, object, sizeof(*pod));
		labels =
			ward_arena_new_n(&trial->after.arena, struct ward_label, pod->labels.n + 1);
		while (at < pod->labels.n && pod->labels.items[at].key < key) {
			labels[at] = pod->labels.items[at];
			at++;
		}
		labels[at] = (struct ward_label){.key = key, .value = key + i % 2};
		for (; at < pod->labels.n; at++)
			labels[at + 1] = pod->labels.items[at];
		pod->labels = (struct ward_labels){.n = pod->labels.n + 1, .items = labels};
		trial->after.objects.items[i] = &pod->object;
	}
	return true;
}

static bool add_ipv4_rule(struct trial *trial)
{
	static const struct ward_np_peer peers[] = {
		{.has_block = true, .block.ip.family = WARD_FAMILY_4},
		{.has_block = true,
		 .block = {.ip = {.lo = 10u << 24, .family = WARD_FAMILY_4}, .bits = 28}},
	};
	struct ward_np_rule rule = {.n_peers = 1 + rng_below(&trial->rng, 2), .peers = peers};
	struct ward_networkpolicy *np = copy_some(trial);

	if (!np)
		return false;
	append_rule(trial, np, rng_below(&trial->rng, WARD_N_DIRECTION), &rule);
	return true;
}

static bool add_egress_policy(struct trial *trial)
{
	struct ward_networkpolicy *np = add_networkpolicy(trial);

	np->isolates[WARD_INGRESS] = false;
	np->isolates[WARD_EGRESS] = true;
	return true;
}

static struct ward_clusternetworkpolicy *add_clusterpolicy(struct trial *trial)
{
	const struct ward_object *policy =
		world_random_clusterpolicy(&trial->after, &trial->rng, "added");

	ward_vec_push(&trial->after.objects, policy);
	return (struct ward_clusternetworkpolicy *)policy;
}

static bool policy_for_nobody(struct trial *trial)
{
	static const struct ward_requirement never[] = {
		{.key = WARD_SYM_ENV, .op = WARD_OP_EXISTS},
		{.key = WARD_SYM_ENV, .op = WARD_OP_NOT_EXISTS},
	};

	add_clusterpolicy(trial)->namespaces = (struct ward_selector){.n = 2, .items = never};
	return true;
}

static bool is_admin(const struct ward_object *object)
{
	const struct ward_grouppolicy *gp = (const void *)object;

	if (object->kind == WARD_KIND_GROUPPOLICY)
		return gp->tier == WARD_GROUP_EMERGENCY || gp->tier == WARD_GROUP_PLATFORM;
	return ward_kind_is_cluster_policy(object->kind) &&
	       ((const struct ward_clusternetworkpolicy *)object)->tier == WARD_CNP_ADMIN;
}

static void drop_admin(struct world *world)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < world->objects.n; i++) {
		if (!is_admin(world->objects.items[i]))
			world->objects.items[n++] = world->objects.items[i];
	}
	world->objects.n = n;
}

/* A Pass of something that cannot be used is no Pass (B7.2). */
static bool rule_is_usable(const struct ward_cnp_rule *rule)
{
	for (uint32_t i = 0; i < rule->n_peers; i++) {
		if (rule->peers[i].kind == WARD_CNP_UNUSABLE ||
		    rule->peers[i].kind == WARD_CNP_DOMAINS)
			return false;
	}
	for (uint32_t i = 0; i < rule->n_protocols; i++) {
		if (rule->protocols[i].unusable)
			return false;
	}
	return true;
}

static bool pass_only(struct trial *trial)
{
	struct ward_clusternetworkpolicy *policy;

	drop_admin(&trial->before);
	drop_admin(&trial->after);
	policy = add_clusterpolicy(trial);
	policy->tier = WARD_CNP_ADMIN;
	for (enum ward_direction dir = 0; dir < WARD_N_DIRECTION; dir++) {
		struct ward_cnp_rule *rules = (struct ward_cnp_rule *)policy->rules[dir];

		for (uint32_t i = 0; i < policy->n_rules[dir]; i++) {
			rules[i].action = WARD_CNP_PASS;
			if (!rule_is_usable(&rules[i]))
				policy->n_rules[dir] = i;
		}
	}
	return true;
}

/* The ends of connections are pods of the world before; here the world after has its own. */
static bool print_and_read(struct trial *trial)
{
	_cleanup_free_ char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	world_print(&trial->before, out);
	fclose(out);
	reading_init(&trial->reading, trial->before.symbols);
	reading_add_text(&trial->reading, "world.yaml", text, size);
	ward_vec_done(&trial->after.objects);
	reading_world(&trial->reading, &trial->after);
	if (ward_diags_has_errors(&trial->reading.diags)) {
		reading_print_diags(&trial->reading, stdout);
		trial->after.objects.n = 0; /* and so it cannot hold */
	}
	return true;
}

/* ---- the run ---- */

static const struct property properties[] = {
	{"objects in another order", change_order, same_judgement},
	{"(a) rules, peers, ports in another order", change_rule_order, same_verdict},
	{"(b) a rule more", add_rule, never_less},
	{"(c) a policy that selects nothing", select_nothing, same_verdict},
	{"(d) a rule that allows everything", open_direction, open_there},
	{"(e) a cluster-wide policy for nobody", policy_for_nobody, same_judgement},
	{"(f) Pass where nothing follows in the tier", pass_only, same_verdict},
	{"(g) a policy for egress", add_egress_policy, same_ingress},
	{"(h) a requirement and its opposite", negate_requirement, opposite},
	{"(i) a label that nobody selects", add_unused_label, same_verdict},
	{"(j) an IPv4 rule", add_ipv4_rule, same_ipv6},
	{"printed and read again", print_and_read, same_verdict},
};

static bool conn_check(const struct property *property, const struct trial *trial,
		       const struct judge *judge, void *before, void *after,
		       const struct conn *conn)
{
	struct judgement was = {}, is = {};

	judge->judge(before, conn, &was);
	judge->judge(after, conn, &is);
	if (property->holds(trial, conn, &was, &is))
		return true;
	printf("# before\n");
	world_print(&trial->before, stdout);
	printf("# after\n");
	world_print(&trial->after, stdout);
	printf("# ");
	conn_print(&trial->before, conn, stdout);
	printf("# before, %s: ", judge->name);
	judgement_print(&trial->before, &was, stdout);
	printf("# after, %s: ", judge->name);
	judgement_print(&trial->after, &is, stdout);
	return false;
}

static bool trial_judge(const struct property *property, struct trial *trial,
			const struct judge *judge)
{
	void *before = judge->open(&trial->before), *after = judge->open(&trial->after);
	struct rng rng = trial->rng;
	bool holds = true;

	for (uint32_t i = 0; holds && i < CONNS_A_WORLD; i++) {
		struct conn conn;

		world_random_conn(&trial->before, &rng, &conn);
		holds = conn_check(property, trial, judge, before, after, &conn);
	}
	judge->close(before);
	judge->close(after);
	return holds;
}

static bool property_try(const struct property *property, uint64_t seed, uint32_t *n_trials)
{
	struct ward_symbols symbols;
	struct trial trial = {.rng.state = seed};
	bool holds = true;

	ward_symbols_init(&symbols);
	world_random(&trial.before, &symbols, &trial.rng);
	world_copy(&trial.after, &trial.before);
	if (property->change(&trial)) {
		++*n_trials;
		for (uint32_t i = 0; holds && judges[i]; i++)
			holds = trial_judge(property, &trial, judges[i]);
	}
	world_done(&trial.after);
	world_done(&trial.before);
	if (trial.reading.snapshot.symbols)
		reading_done(&trial.reading);
	ward_symbols_done(&symbols);
	return holds;
}

int main(int argc, char **argv)
{
	uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;

	for (uint32_t p = 0; p < WARD_ARRAY_SIZE(properties); p++) {
		uint32_t n_trials = 0;

		for (uint32_t i = 0; i < WORLDS; i++) {
			if (property_try(&properties[p], seed + i, &n_trials))
				continue;
			printf("# %s does not hold, seed %" PRIu64 "\n", properties[p].name,
			       seed + i);
			return EXIT_FAILURE;
		}
		printf("%s: %u worlds\n", properties[p].name, n_trials);
		if (!n_trials)
			return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}
