/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/address.h"

#include <string.h>

enum {
	UNSORTED_MAX =
		256, /* so many new ones, and a part of the others, are looked at one by one */
	UNSORTED_PART = 8,
};

struct ip_key {
	uint64_t family, hi, lo;
};

static struct ip_key key_of(struct ward_ip ip)
{
	return (struct ip_key){ip.family, ip.hi, ip.lo};
}

static struct ward_ip ip_at(const struct addresses *addresses, uint32_t address)
{
	const struct ip_key *key = ward_intern_bytes(&addresses->ips, address, NULL);

	return (struct ward_ip){key->hi, key->lo, key->family};
}

uint32_t addresses_find(const struct addresses *addresses, struct ward_ip ip)
{
	struct ip_key key = key_of(ip);

	return ward_intern_find(&addresses->ips, &key, sizeof(key));
}

void addresses_touch(struct addresses *addresses, uint32_t address)
{
	if (ward_bits_has(&addresses->is_touched, address))
		return;
	ward_bits_add(&addresses->is_touched, address);
	ward_vec_push(&addresses->touched, address);
}

/* Nobody's, until somebody claims it. */
static uint32_t address_make(struct addresses *addresses, struct ward_ip ip)
{
	struct ip_key key = key_of(ip);
	uint32_t address = ward_intern(&addresses->ips, &key, sizeof(key));

	if (address == addresses->list.n) {
		ward_vec_push(&addresses->list, (struct ward_address){});
		ward_vec_push(&addresses->claims, WARD_NONE);
	}
	return address;
}

static int cmp_ip(const void *a, const void *b)
{
	return ward_ip_cmp(*(const struct ward_ip *)a, *(const struct ward_ip *)b);
}

void addresses_number(struct addresses *addresses, struct ward_ip *ips, uint32_t n)
{
	if (n)
		qsort(ips, n, sizeof(*ips), cmp_ip);
	for (uint32_t i = 0; i < n; i++)
		address_make(addresses, ips[i]);
	for (; addresses->n_sorted < addresses->list.n; addresses->n_sorted++)
		ward_vec_push(&addresses->sorted, addresses->n_sorted);
}

static void claim_push(struct addresses *addresses, const struct ward_address *as,
		       struct ward_ip ip)
{
	uint32_t address = address_make(addresses, ip);
	struct ward_address claim = *as;

	claim.ip = ip;
	ward_vec_push(&addresses->next, addresses->claims.items[address]);
	ward_vec_push(&addresses->of, address);
	addresses->claims.items[address] = addresses->own.n;
	ward_vec_push(&addresses->own, claim);
	addresses->n_live++;
	addresses_touch(addresses, address);
}

static void claim_drop(struct addresses *addresses, uint32_t claim)
{
	uint32_t address = addresses->of.items[claim];
	uint32_t *link = &addresses->claims.items[address];

	while (*link != claim)
		link = &addresses->next.items[*link];
	*link = addresses->next.items[claim];
	addresses->n_live--;
	addresses_touch(addresses, address);
}

static bool span_is(const struct addresses *addresses, const struct claim_span *span,
		    const struct ward_ip *ips, uint32_t n)
{
	if (span->n != n)
		return false;
	for (uint32_t i = 0; i < n; i++)
		if (!ward_ip_eq(addresses->own.items[span->first + i].ip, ips[i]))
			return false;
	return true;
}

void addresses_claim(struct addresses *addresses, const struct ward_address *as,
		     const struct ward_ip *ips, uint32_t n, struct claim_span *span)
{
	if (span_is(addresses, span, ips, n)) {
		for (uint32_t i = 0; i < n; i++) {
			struct ward_address *claim = &addresses->own.items[span->first + i];

			claim->endpoint = as->endpoint;
			claim->node = as->node;
			addresses_touch(addresses, addresses->of.items[span->first + i]);
		}
		return;
	}
	for (uint32_t i = 0; i < span->n; i++)
		claim_drop(addresses, span->first + i);
	*span = (struct claim_span){addresses->own.n, n};
	for (uint32_t i = 0; i < n; i++)
		claim_push(addresses, as, ips[i]);
}

void addresses_shape(struct addresses *addresses, struct shapes *shapes,
		     const struct prefixes *prefixes, const struct claim_span *span,
		     uint32_t pod_shape)
{
	for (uint32_t i = span->first; i < span->first + span->n; i++) {
		struct ward_address *claim = &addresses->own.items[i];
		uint32_t class = prefixes_class(prefixes, claim->ip);

		claim->shape = shapes_intern(shapes, pod_shape, class);
		addresses_touch(addresses, addresses->of.items[i]);
	}
}

/* Who has an address if several claim it, the weakest first. */
enum claimant {
	CLAIM_HOST_POD,
	CLAIM_NODE,
	CLAIM_POD,
};

static enum claimant claimant_of(const struct ward_address *claim,
				 const struct inventory *inventory)
{
	if (claim->endpoint == WARD_NONE)
		return CLAIM_NODE;
	return inventory_pod_is_managed(&inventory->pods.items[claim->endpoint]) ? CLAIM_POD
										 : CLAIM_HOST_POD;
}

static bool is_stronger(const struct ward_address *a, const struct ward_address *b,
			const struct inventory *inventory)
{
	enum claimant x = claimant_of(a, inventory), y = claimant_of(b, inventory);
	const struct inventory_pod *pods = inventory->pods.items;

	if (x != y)
		return x > y;
	if (x == CLAIM_NODE)
		return inventory_cmp_nodes(inventory, &inventory->nodes.items[a->node],
					   &inventory->nodes.items[b->node]) < 0;
	if (pods[a->endpoint].started != pods[b->endpoint].started)
		return pods[a->endpoint].started > pods[b->endpoint].started;
	return inventory_cmp_pods(inventory, &pods[a->endpoint], &pods[b->endpoint]) < 0;
}

static void address_elect(struct addresses *addresses, const struct inventory *inventory,
			  uint32_t address)
{
	uint32_t claim = addresses->claims.items[address], best = claim;

	if (claim == WARD_NONE) {
		addresses->list.items[address] = (struct ward_address){.shape = WARD_NONE,
								       .endpoint = WARD_NONE,
								       .node = WARD_NONE};
		return;
	}
	while ((claim = addresses->next.items[claim]) != WARD_NONE)
		if (is_stronger(&addresses->own.items[claim], &addresses->own.items[best],
				inventory))
			best = claim;
	addresses->list.items[address] = addresses->own.items[best];
}

void addresses_elect(struct addresses *addresses, const struct inventory *inventory,
		     number_list *ret_touched)
{
	for (uint32_t i = 0; i < addresses->touched.n; i++) {
		address_elect(addresses, inventory, addresses->touched.items[i]);
		ward_vec_push(ret_touched, addresses->touched.items[i]);
		ward_bits_remove(&addresses->is_touched, addresses->touched.items[i]);
	}
	ward_vec_clear(&addresses->touched);
}

static int cmp_address(const void *a, const void *b, void *addresses)
{
	return ward_ip_cmp(ip_at(addresses, *(const uint32_t *)a),
			   ip_at(addresses, *(const uint32_t *)b));
}

/* Only when there are many new ones: the cost is that of so many changes. */
static void addresses_sort(struct addresses *addresses)
{
	uint32_t n = addresses->list.n;

	if (n - addresses->n_sorted <= UNSORTED_MAX + n / UNSORTED_PART)
		return;
	for (uint32_t i = addresses->n_sorted; i < n; i++)
		ward_vec_push(&addresses->sorted, i);
	qsort_r(addresses->sorted.items, n, sizeof(*addresses->sorted.items), cmp_address,
		addresses);
	addresses->n_sorted = n;
}

static uint32_t sorted_place(const struct addresses *addresses, struct ward_ip ip)
{
	uint32_t low = 0, high = addresses->sorted.n;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (ward_ip_cmp(ip_at(addresses, addresses->sorted.items[middle]), ip) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void addresses_within(struct addresses *addresses, struct ward_ip first, struct ward_ip last,
		      number_list *ret_addresses)
{
	addresses_sort(addresses);
	for (uint32_t i = sorted_place(addresses, first); i < addresses->sorted.n; i++) {
		uint32_t address = addresses->sorted.items[i];

		if (ward_ip_cmp(ip_at(addresses, address), last) > 0)
			break;
		ward_vec_push(ret_addresses, address);
	}
	for (uint32_t i = addresses->n_sorted; i < addresses->list.n; i++)
		if (ward_ip_cmp(ip_at(addresses, i), first) >= 0 &&
		    ward_ip_cmp(ip_at(addresses, i), last) <= 0)
			ward_vec_push(ret_addresses, i);
}

void addresses_done(struct addresses *addresses)
{
	ward_intern_done(&addresses->ips);
	ward_vec_done(&addresses->list);
	ward_vec_done(&addresses->claims);
	ward_vec_done(&addresses->own);
	ward_vec_done(&addresses->next);
	ward_vec_done(&addresses->of);
	ward_vec_done(&addresses->touched);
	ward_vec_done(&addresses->sorted);
	ward_bits_done(&addresses->is_touched);
}
