/* SPDX-License-Identifier: Apache-2.0 */
/* Blocks of addresses: one family forgotten (A14.12), pods (A14.13) or Services (A14.10) inside. */
#include "analysis/lint-parts.h"

/* What the addresses of the input say about the cluster. */
struct addresses {
	bool has[WARD_FAMILY_6 + 1];
	WARD_VEC(const struct ward_service *) services; /* with addresses */
};

static void addresses_collect(const struct ward_lint *lint, struct addresses *addresses)
{
	for (uint32_t i = 0; i < lint->tables->n_addresses; i++)
		addresses->has[lint->tables->addresses[i].ip.family] = true;
	for (uint32_t i = 0; i < lint->snapshot->objects.n; i++) {
		const struct ward_object *object = lint->snapshot->objects.items[i];
		const struct ward_service *service = (const struct ward_service *)object;

		if (!object || object->kind != WARD_KIND_SERVICE || !service->n_ips)
			continue;
		ward_vec_push(&addresses->services, service);
		for (uint32_t a = 0; a < service->n_ips; a++)
			addresses->has[service->ips[a].family] = true;
	}
}

/* The first block that is all addresses of a family. */
static const struct ward_peer *whole_family(const struct ward_rule *rule, enum ward_family family)
{
	for (uint32_t p = 0; p < rule->n_peers; p++)
		for (uint32_t c = 0; c < rule->peers[p].n_cidrs; c++)
			if (!rule->peers[p].cidrs[c].bits &&
			    rule->peers[p].cidrs[c].ip.family == family)
				return &rule->peers[p];
	return NULL;
}

static bool policy_opens_family(const struct ward_policy *policy, enum ward_direction direction,
				enum ward_family family)
{
	for (uint32_t i = 0; i < policy->n_rules; i++)
		if (policy->rules[i].direction == direction &&
		    (policy->rules[i].any_peer || whole_family(&policy->rules[i], family)))
			return true;
	return false;
}

static void family_check(struct ward_lint *lint, const struct ward_lint_policy *policy,
			 const struct ward_rule *rule, enum ward_family family)
{
	enum ward_family other = family == WARD_FAMILY_4 ? WARD_FAMILY_6 : WARD_FAMILY_4;
	const struct ward_peer *peer = whole_family(rule, family);
	const char *missing = other == WARD_FAMILY_4 ? "0.0.0.0/0" : "::/0";

	if (!peer || policy_opens_family(policy->policy, rule->direction, other))
		return;
	ward_lint_report(lint, WARD_WARNING, "one-family", policy->object, peer->mark,
			 ward_lint_text(lint, "add an ipBlock %s, if everything is meant", missing),
			 "%s is every address of one family only, and the cluster has both",
			 family == WARD_FAMILY_4 ? "0.0.0.0/0" : "::/0");
}

/* The index of the first address that is not below @ip. */
static uint32_t addresses_from(const struct ward_tables *tables, struct ward_ip ip)
{
	uint32_t low = 0, high = tables->n_addresses;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (ward_ip_cmp(tables->addresses[middle].ip, ip) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

enum {
	EXAMPLES = 2
};

/* Some addresses of pods, or else of anybody, in the peer's first block. */
static uint32_t block_pods(const struct ward_lint *lint, const struct ward_peer *peer,
			   uint32_t endpoints[static EXAMPLES], bool *ret_others)
{
	const struct ward_tables *tables = lint->tables;
	struct ward_ip_range range = ward_cidr_range(peer->cidrs[0]);
	uint32_t n = 0;

	*ret_others = false;
	for (uint32_t i = addresses_from(tables, range.first); i < tables->n_addresses; i++) {
		const struct ward_address *address = &tables->addresses[i];

		if (ward_ip_cmp(address->ip, range.last) > 0 || n == EXAMPLES)
			break;
		if (!ward_peer_has_address(peer, address->ip))
			continue;
		if (address->endpoint != WARD_NONE && tables->endpoints[address->endpoint].managed)
			endpoints[n++] = address->endpoint;
		else
			*ret_others = true;
	}
	return n;
}

static void pods_report(struct ward_lint *lint, const struct ward_lint_policy *policy,
			const struct ward_peer *peer, struct ward_pod_set pods)
{
	char text[WARD_CIDR_TEXT];

	ward_lint_report(lint, peer->cidrs[0].bits ? WARD_WARNING : WARD_NOTE, "block-covers-pods",
			 policy->object, peer->mark,
			 "name pods by their labels; to leave them out, add except",
			 "%s holds addresses of pods, %s among them: some networks match pods by "
			 "address, others never do",
			 ward_cidr_str(peer->cidrs[0], text), ward_lint_pods(lint, pods));
}

/* A block that is wider than any Service range is about something else. */
enum {
	SERVICE_BITS_4 = 12,
	SERVICE_BITS_6 = 48
};

static void service_check(struct ward_lint *lint, const struct addresses *addresses,
			  const struct ward_lint_policy *policy, const struct ward_peer *peer)
{
	struct ward_cidr cidr = peer->cidrs[0];
	char text[WARD_CIDR_TEXT];

	if (cidr.bits < (cidr.ip.family == WARD_FAMILY_4 ? SERVICE_BITS_4 : SERVICE_BITS_6))
		return;
	for (uint32_t s = 0; s < addresses->services.n; s++) {
		const struct ward_service *service = addresses->services.items[s];

		for (uint32_t i = 0; i < service->n_ips; i++) {
			if (!ward_peer_has_address(peer, service->ips[i]))
				continue;
			ward_lint_report(lint, WARD_WARNING, "block-in-service-range",
					 policy->object, peer->mark,
					 "name the pods behind the Service, or the addresses it "
					 "leads to",
					 "%s holds the address of %s: policies see connections "
					 "after the Service's address was replaced, so this "
					 "matches none of them",
					 ward_cidr_str(cidr, text),
					 ward_lint_object(lint, &service->object));
			return;
		}
	}
}

static void rule_check(struct ward_lint *lint, const struct addresses *addresses,
		       const struct ward_lint_policy *policy, const struct ward_rule *rule)
{
	if (addresses->has[WARD_FAMILY_4] && addresses->has[WARD_FAMILY_6]) {
		family_check(lint, policy, rule, WARD_FAMILY_4);
		family_check(lint, policy, rule, WARD_FAMILY_6);
	}
	for (uint32_t i = 0; i < rule->n_peers; i++) {
		uint32_t pods[EXAMPLES], n;
		bool others;

		if (rule->peers[i].kind != WARD_PEER_BLOCKS || rule->peers[i].n_cidrs != 1)
			continue;
		n = block_pods(lint, &rule->peers[i], pods, &others);
		if (n)
			pods_report(lint, policy, &rule->peers[i],
				    (struct ward_pod_set){.n = n, .items = pods});
		else if (!others)
			service_check(lint, addresses, policy, &rule->peers[i]);
	}
}

void ward_lint_blocks(struct ward_lint *lint)
{
	struct addresses addresses = {};

	addresses_collect(lint, &addresses);
	for (uint32_t i = 0; i < lint->tables->n_policies; i++) {
		const struct ward_lint_policy *policy = &lint->policies[i];

		for (uint32_t r = 0; policy->np && r < policy->policy->n_rules; r++)
			rule_check(lint, &addresses, policy, &policy->policy->rules[r]);
	}
	ward_vec_done(&addresses.services);
}
