/* SPDX-License-Identifier: Apache-2.0 */
/* Maps made by hand, for looking at and for testing the picture. */
#pragma once

#include <stdio.h>
#include <string.h>

#include "analysis/map.h"
#include "base/alloc.h"
#include "base/symbol.h"

struct world {
	struct ward_symbols symbols;
	WARD_VEC(struct ward_place) places;
	WARD_VEC(struct ward_link) links;
	struct ward_arena arena;
	struct ward_map map;
};

enum {
	OPEN_IN = 1,
	OPEN_OUT = 2,
	OPEN = 3,
};

static inline uint32_t house(struct world *world, const char *env, const char *ns, const char *name,
			     enum ward_kind kind, const char *groups, unsigned open)
{
	ward_sym *list = ward_arena_alloc(&world->arena, 8 * sizeof(*list));
	struct ward_place place = {.id = ward_arena_strndup(&world->arena, name, strlen(name)),
				   .kind = kind,
				   .environment = WARD_NONE,
				   .groups = list,
				   .isolated = {!(open & OPEN_IN), !(open & OPEN_OUT)}};

	place.ns = ward_symbol(&world->symbols, ns);
	place.name = ward_symbol(&world->symbols, name);
	if (env)
		place.environment = ward_symbol(&world->symbols, env);
	while (groups && *groups) {
		size_t len = strcspn(groups, ",");

		list[place.n_groups++] = ward_symbol_n(&world->symbols, groups, len);
		groups += len + (groups[len] == ',');
	}
	ward_vec_push(&world->places, place);
	return world->places.n - 1;
}

static inline uint32_t outside(struct world *world, const char *first, const char *last)
{
	struct ward_place place = {.id = first, .external = true};

	ward_ip_parse(first, &place.range.first);
	ward_ip_parse(last, &place.range.last);
	ward_vec_push(&world->places, place);
	return world->places.n - 1;
}

/* "all", or TCP ports: "80", "80,443", "8000-9000"; "53/UDP" likewise. */
static inline const struct ward_port_set *ports(struct world *world, const char *text)
{
	struct ward_port_set *set = ward_arena_new(&world->arena, struct ward_port_set);
	struct ward_port_range *list = ward_arena_alloc(&world->arena, 16 * sizeof(*list));

	set->ranges = list;
	set->other = !strcmp(text, "all");
	for (uint32_t i = 0; set->other && i < WARD_OTHER; i++)
		list[set->n++] = (struct ward_port_range){i, 1, 65535};
	while (!set->other && *text) {
		char *end;
		struct ward_port_range range = {WARD_TCP, strtoul(text, &end, 10), 0};

		range.high = *end == '-' ? strtoul(end + 1, &end, 10) : range.low;
		if (!strncmp(end, "/UDP", 4)) {
			range.proto = WARD_UDP;
			end += 4;
		}
		list[set->n++] = range;
		text = end + (*end == ',');
	}
	return set;
}

static inline void allow(struct world *world, uint32_t from, uint32_t to, const char *text)
{
	struct ward_link link = {from, to, ports(world, text)};

	for (uint32_t i = 0; i < world->links.n; i++)
		if (world->links.items[i].from == from && world->links.items[i].to == to) {
			world->links.items[i] = link;
			return;
		}
	if (from != to)
		ward_vec_push(&world->links, link);
}

/* Is the place in this namespace and group?  "" for either is any, "*" all but the outside. */
static inline bool is_member(const struct world *world, uint32_t at, const char *ns,
			     const char *group)
{
	const struct ward_place *place = &world->places.items[at];

	if (place->external || (*ns && strcmp(ns, ward_symbol_str(&world->symbols, place->ns))))
		return false;
	for (uint32_t i = 0; i < place->n_groups; i++)
		if (!strcmp(group, ward_symbol_str(&world->symbols, place->groups[i])))
			return true;
	return !*group;
}

static inline void allow_groups(struct world *world, const char *from_ns, const char *from,
				const char *to_ns, const char *to, const char *text)
{
	for (uint32_t a = 0; a < world->places.n; a++)
		for (uint32_t b = 0; b < world->places.n; b++)
			if (is_member(world, a, from_ns, from) && is_member(world, b, to_ns, to))
				allow(world, a, b, text);
}

static inline void allow_from(struct world *world, uint32_t from, const char *ns, const char *group,
			      const char *text)
{
	for (uint32_t b = 0; b < world->places.n; b++)
		if (is_member(world, b, ns, group))
			allow(world, from, b, text);
}

static inline void allow_to(struct world *world, const char *ns, const char *group, uint32_t to,
			    const char *text)
{
	for (uint32_t a = 0; a < world->places.n; a++)
		if (is_member(world, a, ns, group))
			allow(world, a, to, text);
}

static inline int link_cmp(const void *left, const void *right)
{
	const struct ward_link *a = left, *b = right;

	if (a->from != b->from)
		return a->from < b->from ? -1 : 1;
	return (a->to > b->to) - (a->to < b->to);
}

static inline const struct ward_map *world_map(struct world *world)
{
	if (world->links.n)
		qsort(world->links.items, world->links.n, sizeof(*world->links.items), link_cmp);
	world->map = (struct ward_map){
		.symbols = &world->symbols,
		.n_places = world->places.n,
		.n_links = world->links.n,
		.places = world->places.items,
		.links = world->links.items,
	};
	return &world->map;
}

static inline void world_done(struct world *world)
{
	ward_vec_done(&world->places);
	ward_vec_done(&world->links);
	ward_symbols_done(&world->symbols);
	ward_arena_done(&world->arena);
}

static inline void world_shop(struct world *world, const char *env, const char *ns)
{
	house(world, env, ns, "web", WARD_KIND_DEPLOYMENT, "frontend", 0);
	house(world, env, ns, "storefront", WARD_KIND_DEPLOYMENT, "frontend", 0);
	house(world, env, ns, "cart", WARD_KIND_DEPLOYMENT, "backend", 0);
	house(world, env, ns, "checkout", WARD_KIND_DEPLOYMENT, "backend", 0);
	house(world, env, ns, "orders", WARD_KIND_DEPLOYMENT, "backend,analytics", 0);
	house(world, env, ns, "postgres", WARD_KIND_STATEFULSET, "db", 0);
	house(world, env, ns, "redis", WARD_KIND_STATEFULSET, "db", 0);
	house(world, env, ns, "reports", WARD_KIND_CRONJOB, "analytics", 0);
	allow_groups(world, ns, "frontend", ns, "backend", "8080");
	allow_groups(world, ns, "backend", ns, "db", "5432,6379");
	allow_groups(world, ns, "analytics", ns, "db", "5432");
	allow_groups(world, ns, "backend", ns, "db", "5432,6379");
}

static inline void world_city(struct world *world)
{
	uint32_t world4, world6, psp;

	ward_symbols_init(&world->symbols);
	world_shop(world, "prod", "shop");
	world_shop(world, "staging", "shop-staging");
	house(world, NULL, "ops", "prometheus", WARD_KIND_STATEFULSET, "monitoring", 0);
	house(world, NULL, "ops", "node-exporter", WARD_KIND_DAEMONSET, "monitoring", 0);
	house(world, NULL, "ops", "debug", WARD_KIND_POD, NULL, OPEN);
	world4 = outside(world, "0.0.0.0", "255.255.255.255");
	world6 = outside(world, "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
	psp = outside(world, "203.0.113.0", "203.0.113.255");
	allow_groups(world, "ops", "monitoring", "shop", "", "9090");
	allow_groups(world, "ops", "monitoring", "shop-staging", "", "9090");
	allow_from(world, world4, "shop", "frontend", "80,443");
	allow_from(world, world6, "shop", "frontend", "80,443");
	for (uint32_t i = 0; i < world->places.n; i++)
		if (!strcmp(world->places.items[i].id, "checkout"))
			allow(world, i, psp, "443");
	allow(world, 18, world4, "all");
	allow(world, 18, world6, "all");
}

static inline void world_boutique(struct world *world)
{
	static const char *const names[] = {"adservice",
					    "cartservice",
					    "checkoutservice",
					    "currencyservice",
					    "emailservice",
					    "frontend",
					    "loadgenerator",
					    "paymentservice",
					    "productcatalogservice",
					    "recommendationservice",
					    "redis-cart",
					    "shippingservice"};
	static const struct {
		uint32_t from, to;
		const char *ports;
	} flows[] = {{5, 0, "9555"},  {5, 1, "7070"},	{2, 1, "7070"},	 {5, 2, "5050"},
		     {5, 3, "7000"},  {2, 3, "7000"},	{2, 4, "8080"},	 {2, 7, "50051"},
		     {5, 8, "3550"},  {2, 8, "3550"},	{9, 8, "3550"},	 {5, 9, "8080"},
		     {1, 10, "6379"}, {5, 11, "50051"}, {2, 11, "50051"}};
	uint32_t world4, world6;

	ward_symbols_init(&world->symbols);
	for (uint32_t i = 0; i < WARD_ARRAY_SIZE(names); i++)
		house(world, NULL, "default", names[i], WARD_KIND_DEPLOYMENT, NULL, OPEN_OUT);
	world4 = outside(world, "0.0.0.0", "255.255.255.255");
	world6 = outside(world, "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
	allow_to(world, "", "", 5, "all");
	allow_to(world, "", "", world4, "all");
	allow_to(world, "", "", world6, "all");
	allow(world, world4, 5, "all");
	allow(world, world6, 5, "all");
	for (uint32_t i = 0; i < WARD_ARRAY_SIZE(flows); i++)
		allow(world, flows[i].from, flows[i].to, flows[i].ports);
}

static inline void world_open(struct world *world)
{
	uint32_t world4, world6;
	char name[32];

	ward_symbols_init(&world->symbols);
	for (uint32_t i = 0; i < 20; i++) {
		sprintf(name, "service-%u", i);
		house(world, NULL, i < 12 ? "default" : "tools", name, WARD_KIND_DEPLOYMENT, NULL,
		      OPEN);
	}
	world4 = outside(world, "0.0.0.0", "255.255.255.255");
	world6 = outside(world, "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
	allow_groups(world, "", "", "", "", "all");
	allow_to(world, "", "", world4, "all");
	allow_to(world, "", "", world6, "all");
	allow_from(world, world4, "", "", "all");
	allow_from(world, world6, "", "", "all");
}

static inline void world_one(struct world *world)
{
	ward_symbols_init(&world->symbols);
	house(world, NULL, "default", "web", WARD_KIND_POD, NULL, OPEN);
}

static inline void world_empty(struct world *world)
{
	ward_symbols_init(&world->symbols);
}

static inline void world_large(struct world *world)
{
	static const char *const groups[] = {"frontend", "backend", "db"};
	char name[32], ns[32];

	ward_symbols_init(&world->symbols);
	for (uint32_t i = 0; i < 300; i++) {
		sprintf(name, "w%u", i);
		sprintf(ns, "team-%02u", i / 15);
		house(world, i / 15 % 2 ? "prod" : "staging", ns, name, WARD_KIND_DEPLOYMENT,
		      groups[i % 3], i % 50 == 0 ? OPEN : 0);
	}
	for (uint32_t i = 0; i < 20; i++) {
		sprintf(ns, "team-%02u", i);
		allow_groups(world, ns, "frontend", ns, "backend", "8080");
		allow_groups(world, ns, "backend", ns, "db", "5432");
	}
	allow_groups(world, "team-00", "backend", "team-03", "frontend", "443");
	allow(world, 2, 200, "22");
}

static inline void world_hostile(struct world *world)
{
	static const char *const names[] = {
		"a-name-of-sixty-three-letters-which-is-what-kubernetes-allows-0",
		"<script>alert(\"x\")</script>",
		"&amp;&#0;]]>",
		"\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d-\xd8\xb3\xd9\x84\xd8\xa7\xd9\x85",
		"rtl\xe2\x80\xae-override",
		"bell\a-and-\x1b[31mred",
		"broken\xff\xc0\xaf-utf8",
		"\xe4\xb8\xad\xe6\x96\x87\xe5\x90\x8d\xe7\xa7\xb0\xe4\xb8\xad\xe6\x96\x87\xe5\x90"
		"\x8d\xe7\xa7\xb0\xe4\xb8\xad\xe6\x96\x87\xe5\x90\x8d\xe7\xa7\xb0",
		"",
	};

	ward_symbols_init(&world->symbols);
	for (uint32_t i = 0; i < WARD_ARRAY_SIZE(names); i++)
		house(world, i < 5 ? "<env>&" : NULL, i < 5 ? "ns\"'><&" : names[i % 3], names[i],
		      WARD_KIND_DEPLOYMENT, i % 2 ? NULL : names[i % 4], i % 4);
	for (uint32_t i = 0; i + 1 < WARD_ARRAY_SIZE(names); i++)
		allow(world, i, i + 1, "1,2,3,5,7,8000-9000,53/UDP");
	allow(world, 3, 0, "80");
}

static const struct {
	const char *name;
	void (*build)(struct world *world);
} worlds[] = {
	{"city", world_city},	    {"boutique", world_boutique}, {"open", world_open},
	{"one", world_one},	    {"empty", world_empty},	  {"large", world_large},
	{"hostile", world_hostile},
};
