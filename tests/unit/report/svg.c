/* SPDX-License-Identifier: Apache-2.0 */
/* The picture says exactly what the map says, and nothing in it stands on anything else. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "report/svg-picture.h"
#include "report/svg-style.h"
#include "report/svg.h"
#include "svg-worlds.h"

struct box {
	int x0, y0, x1, y1;
};

static char *render(const struct ward_map *map)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_int_equal(ward_report_svg(map, out), 0);
	fclose(out);
	assert_int_equal(strlen(text), size);
	return text;
}

/* A world of chance: some namespaces, groups, open houses, external ranges, and links. */
static void world_random(struct world *world, uint64_t seed)
{
	static const char *const groups[] = {NULL, NULL, "a", "b", "c", "a,b", "c,a"};
	static const char *const lists[] = {"80", "443", "80,443", "all", "53/UDP", "8000-9000"};
	uint32_t n = 3 + seed % 23, n_links = seed % 5 * n / 2;
	char name[32], ns[32];

	ward_symbols_init(&world->symbols);
	for (uint32_t i = 0; i < n; i++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		sprintf(name, "work%.*s-%u", (int)(seed >> 40 & 15), "load-with-a-name", i);
		sprintf(ns, "ns-%u", (uint32_t)(seed >> 33) % 4);
		house(world, (seed >> 33) % 4 < 2 ? "prod" : NULL, ns, name, WARD_KIND_DEPLOYMENT,
		      groups[(seed >> 50) % WARD_ARRAY_SIZE(groups)], seed >> 60 & 3);
	}
	outside(world, "0.0.0.0", "255.255.255.255");
	outside(world, "::1", "::1");
	for (uint32_t i = 0; i < n_links; i++) {
		uint32_t from, to;

		seed = seed * 6364136223846793005u + 1442695040888963407u;
		from = (seed >> 33) % (n + 2);
		to = (seed >> 45) % (n + 2);
		if (from < n || to < n)
			allow(world, from, to, lists[(seed >> 57) % WARD_ARRAY_SIZE(lists)]);
	}
	if (seed >> 62 == 3)
		allow_groups(world, "ns-0", "", "", "a", "443");
	if (seed >> 62 == 2)
		allow_groups(world, "", "", "ns-1", "", "53/UDP");
}

enum {
	N_RANDOM = 300,
};

/* Calls @check on every world made by hand and on worlds of chance. */
static void each_world(void (*check)(const struct ward_map *map))
{
	for (uint32_t i = 0; i < WARD_ARRAY_SIZE(worlds) + N_RANDOM; i++) {
		struct world world = {};

		if (i < WARD_ARRAY_SIZE(worlds))
			worlds[i].build(&world);
		else
			world_random(&world, i * 0x9e3779b97f4a7c15u);
		check(world_map(&world));
		world_done(&world);
	}
}

/* Every text is escaped, every element closed. */
static const char *element_check(const char *at, char (*stack)[16], uint32_t *depth)
{
	bool closes = at[1] == '/';
	size_t len = strcspn(at + 1 + closes, " />\n");
	const char *end;

	assert_true(len > 0 && len < 16 && *depth < 15);
	for (end = at; *end != '>'; end++) {
		assert_true(*end && (end == at || *end != '<'));
		if (*end == '"')
			end += 1 + strcspn(end + 1, "\"<");
	}
	if (closes) {
		assert_true(*depth > 0);
		--*depth;
		assert_memory_equal(stack[*depth], at + 2, len);
		assert_int_equal(stack[*depth][len], '\0');
	} else if (end[-1] != '/') {
		memcpy(stack[*depth], at + 1, len);
		stack[(*depth)++][len] = '\0';
	}
	return end + 1;
}

static void check_xml(const struct ward_map *map)
{
	static const char *const entities[] = {"&lt;", "&gt;", "&amp;", "&quot;"};
	_cleanup_free_ char *text = render(map);
	char stack[16][16];
	uint32_t depth = 0;
	const char *at = text;

	while (*at) {
		bool known = false;

		if (*at == '<') {
			at = element_check(at, stack, &depth);
			continue;
		}
		for (uint32_t i = 0; i < WARD_ARRAY_SIZE(entities) && *at == '&'; i++)
			known |= !strncmp(at, entities[i], strlen(entities[i]));
		assert_true(*at != '&' || known);
		assert_true((unsigned char)*at >= 0x20 || *at == '\n');
		at++;
	}
	assert_int_equal(depth, 0);
	assert_null(strstr(text, "nan"));
	assert_null(strstr(text, "=\"-"));
	assert_null(strstr(text, "<script"));
}

static void well_formed(void **state)
{
	each_world(check_xml);
}

static void check_same(const struct ward_map *map)
{
	_cleanup_free_ char *first = render(map);
	_cleanup_free_ char *second = render(map);

	assert_string_equal(first, second);
}

static void same_bytes(void **state)
{
	each_world(check_same);
}

static bool flow_holds(const struct svg_picture *pic, const struct svg_flow *flow, uint32_t from,
		       uint32_t to)
{
	const struct svg_unit *source = &pic->units.items[flow->from];
	const struct svg_unit *target = &pic->units.items[flow->to];
	bool from_is_crowd = source->n > target->n;

	for (uint32_t i = 0; i < flow->n_but; i++)
		if (flow->but[i] == pic->unit_of_atom[from_is_crowd ? from : to])
			return false;
	return from - source->first < source->n && to - target->first < target->n && from != to;
}

static bool ports_within(const struct ward_port_set *inner, const struct ward_port_set *outer)
{
	for (uint32_t i = 0; i < inner->n; i++) {
		bool found = false;

		for (uint32_t j = 0; j < outer->n; j++)
			found |= inner->ranges[i].proto == outer->ranges[j].proto &&
				 inner->ranges[i].low >= outer->ranges[j].low &&
				 inner->ranges[i].high <= outer->ranges[j].high;
		if (!found)
			return false;
	}
	return outer->other || !inner->other;
}

/* The flows that cover a cell name its ports in full at least once, and never more. */
static void check_flows(const struct ward_map *map)
{
	struct svg_picture pic = {.map = map};

	ward_svg_city_build(&pic);
	if (pic.cells)
		ward_svg_flows_build(&pic);
	for (uint32_t i = 0; pic.cells && i < pic.n_atoms * pic.n_atoms; i++) {
		const struct svg_cell *cell = &pic.cells[i];
		bool in_full = false;

		for (uint32_t j = 0; j < pic.flows.n; j++) {
			const struct svg_flow *flow = &pic.flows.items[j];

			if (!flow_holds(&pic, flow, i / pic.n_atoms, i % pic.n_atoms))
				continue;
			assert_true(cell->ports);
			assert_true(ports_within(pic.ports.items[flow->ports],
						 pic.ports.items[cell->ports - 1]));
			in_full |= flow->ports == cell->ports - 1;
		}
		assert_int_equal(in_full, cell->ports != 0);
	}
	ward_svg_picture_done(&pic);
}

static void every_link_is_said(void **state)
{
	each_world(check_flows);
}

/* A cell is what all links between its places are. */
static void check_cells(const struct ward_map *map)
{
	struct svg_picture pic = {.map = map};
	uint32_t n = 0;

	ward_svg_city_build(&pic);
	for (uint32_t i = 0; pic.cells && i < pic.n_atoms * pic.n_atoms; i++) {
		n += pic.cells[i].n_links;
		assert_int_equal(!pic.cells[i].n_links, !pic.cells[i].ports);
	}
	if (pic.cells)
		assert_int_equal(n, map->n_links);
	ward_svg_picture_done(&pic);
}

static void every_link_is_in_a_cell(void **state)
{
	each_world(check_cells);
}

/* Every flow that is no sign arrives: its ends are joined by wires, slot by slot. */
static bool is_wired(const struct svg_picture *pic, uint32_t net, uint32_t unit, bool is_target)
{
	for (uint32_t i = 0; i < pic->wires.n; i++)
		for (enum svg_side side = 0; side < SVG_N_SIDE; side++) {
			const struct svg_wire *wire = &pic->wires.items[i];
			const struct svg_slot *slot = &pic->slots.items[wire->slot[side]];

			if (wire->net == net && slot->unit == unit && slot->net == WARD_NONE &&
			    slot->is_target == is_target)
				return true;
		}
	return false;
}

static void check_wires(const struct ward_map *map)
{
	struct svg_picture pic;
	uint32_t n = 0;

	ward_svg_picture_init(&pic, map);
	for (uint32_t i = 0; i < pic.nets.n; i++) {
		const struct svg_net *net = &pic.nets.items[i];

		n += net->spokes.n;
		assert_true(is_wired(&pic, i, net->hub, !net->hub_is_source));
		for (uint32_t j = 0; j < net->spokes.n; j++)
			assert_true(
				is_wired(&pic, i, net->spokes.items[j].unit, net->hub_is_source));
	}
	assert_int_equal(n, pic.flows.n);
	ward_svg_picture_done(&pic);
}

static void every_flow_is_wired(void **state)
{
	each_world(check_wires);
}

static struct box unit_box(const struct svg_unit *unit)
{
	return (struct box){unit->x, unit->y, unit->x + unit->w, unit->y + unit->h};
}

static bool boxes_overlap(struct box a, struct box b)
{
	return a.x0 < b.x1 && b.x0 < a.x1 && a.y0 < b.y1 && b.y0 < a.y1;
}

static bool box_is_within(struct box inner, struct box outer)
{
	return inner.x0 >= outer.x0 && inner.x1 <= outer.x1 && inner.y0 >= outer.y0 &&
	       inner.y1 <= outer.y1;
}

static void check_boxes(const struct ward_map *map)
{
	struct svg_picture pic;

	ward_svg_picture_init(&pic, map);
	for (uint32_t i = 1; i < pic.units.n; i++) {
		const struct svg_unit *unit = &pic.units.items[i];

		assert_true(unit->w > 0 && unit->h > 0);
		assert_true(
			box_is_within(unit_box(unit), unit_box(&pic.units.items[unit->parent])));
		assert_true(unit->x >= 0 && unit->x + unit->w <= pic.width);
		assert_true(unit->y >= 0 && unit->y + unit->h <= pic.height);
		for (uint32_t j = 1; j < i; j++)
			if (pic.units.items[j].parent == unit->parent)
				assert_false(boxes_overlap(unit_box(unit),
							   unit_box(&pic.units.items[j])));
	}
	for (uint32_t i = 0; i < pic.slots.n; i++) {
		const struct svg_slot *slot = &pic.slots.items[i];

		assert_in_range(slot->y, 1, pic.units.items[slot->unit].h - 1);
	}
	ward_svg_picture_done(&pic);
}

static void boxes_stand_apart(void **state)
{
	each_world(check_boxes);
}

/* A point of the stroke, t in 0..32: along its bend, and on its straight ends. */
static struct box stroke_piece(const struct svg_stroke *stroke, int t)
{
	double u = (t - 1) / 30.0, v = 1 - u, middle = (stroke->bend0 + stroke->bend1) / 2.0;
	double x = v * v * v * stroke->bend0 + 3 * v * v * u * middle + 3 * v * u * u * middle +
		   u * u * u * stroke->bend1;
	double y =
		(v * v * v + 3 * v * v * u) * stroke->y0 + (3 * v * u * u + u * u * u) * stroke->y1;

	if (t == 0)
		return (struct box){stroke->x0, stroke->y0, stroke->bend0, stroke->y0};
	if (t == 32)
		return (struct box){stroke->bend1, stroke->y1, stroke->x1, stroke->y1};
	return (struct box){(int)x, (int)y, (int)x, (int)y};
}

static void check_strokes(const struct ward_map *map)
{
	struct svg_picture pic;

	ward_svg_picture_init(&pic, map);
	for (uint32_t i = 0; i < pic.strokes.n; i++) {
		const struct svg_stroke *stroke = &pic.strokes.items[i];

		assert_true(stroke->bend0 <= stroke->bend1);
		for (int t = 0; t <= 32; t++) {
			struct box piece = stroke_piece(stroke, t);

			assert_true(box_is_within(piece, unit_box(&pic.units.items[stroke->unit])));
			for (uint32_t j = 1; j < pic.units.n; j++)
				if (pic.units.items[j].parent == stroke->unit)
					assert_false(boxes_overlap(piece,
								   unit_box(&pic.units.items[j])));
		}
	}
	ward_svg_picture_done(&pic);
}

static void wires_enter_no_foreign_box(void **state)
{
	each_world(check_strokes);
}

static struct box label_box(const struct svg_picture *pic, const struct svg_label *label)
{
	struct ward_arena arena = {};
	const struct svg_slot *slot = &pic->slots.items[label->slot];
	int width =
		ward_svg_text_width(ward_svg_flow_ports(&arena, pic, slot->ports, slot->partial, 3),
				    SVG_FONT_SMALL);

	ward_arena_done(&arena);
	if (slot->side == SVG_LEFT)
		return (struct box){label->x - 13 - width, label->y - 12, label->x - 13,
				    label->y - 3};
	return (struct box){label->x + 13, label->y - 12, label->x + 13 + width, label->y - 3};
}

static void check_labels(const struct ward_map *map)
{
	struct svg_picture pic;

	ward_svg_picture_init(&pic, map);
	for (uint32_t i = 0; i < pic.labels.n; i++) {
		const struct svg_label *label = &pic.labels.items[i];
		struct box box = label_box(&pic, label);

		for (uint32_t j = 0; j < i; j++)
			assert_false(boxes_overlap(box, label_box(&pic, &pic.labels.items[j])));
		for (uint32_t j = 1; j < pic.units.n; j++)
			if (pic.units.items[j].parent == label->unit)
				assert_false(boxes_overlap(box, unit_box(&pic.units.items[j])));
		for (uint32_t j = 0; j < pic.strokes.n; j++)
			for (int t = 0; t <= 32 && pic.strokes.items[j].unit == label->unit; t++)
				assert_false(
					boxes_overlap(box, stroke_piece(&pic.strokes.items[j], t)));
	}
	ward_svg_picture_done(&pic);
}

static void labels_are_legible(void **state)
{
	each_world(check_labels);
}

static void names_are_made_visible(void **state)
{
	static const struct {
		const char *raw, *clean;
	} cases[] = {
		{"web", "web"},
		{"", ""},
		{"a\tb", "a\\u0009b"},
		{"\xe2\x80\xae", "\\u202e"},
		{"\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd"},
		{"\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
		{"\xf4\x90\x80\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
		{"\xe4\xb8\xad", "\xe4\xb8\xad"},
		{"cut\xe4\xb8", "cut\xef\xbf\xbd\xef\xbf\xbd"},
		{"\xef\xbf\xbe", "\\ufffe"},
	};
	struct ward_arena arena = {};

	for (uint32_t i = 0; i < WARD_ARRAY_SIZE(cases); i++)
		assert_string_equal(ward_svg_text_clean(&arena, cases[i].raw), cases[i].clean);
	ward_arena_done(&arena);
}

static void names_are_cut(void **state)
{
	static const char long_name[] =
		"a-name-of-sixty-three-letters-which-is-what-kubernetes-allows-0";
	struct ward_arena arena = {};

	for (int width = 40; width < 500; width++) {
		const char *text = ward_svg_text_fit(&arena, long_name, SVG_FONT_HOUSE, width);

		assert_true(ward_svg_text_width(text, SVG_FONT_HOUSE) <= width);
		assert_int_equal(*text, 'a');
		assert_int_equal(text[strlen(text) - 1], '0');
	}
	ward_arena_done(&arena);
}

static void ranges_have_short_names(void **state)
{
	static const struct {
		const char *first, *last, *text;
	} cases[] = {
		{"10.0.0.0", "10.255.255.255", "10.0.0.0/8"},
		{"10.0.0.1", "10.0.0.1", "10.0.0.1"},
		{"10.0.0.1", "10.0.0.2", "10.0.0.1–10.0.0.2"},
		{"0.0.0.0", "255.255.255.255", "0.0.0.0/0"},
		{"2001:db8::", "2001:db8:0:1:ffff:ffff:ffff:ffff", "2001:db8::/63"},
		{"::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "::/0"},
		{"10.0.0.4", "10.0.0.11", "10.0.0.4–10.0.0.11"},
	};
	struct ward_arena arena = {};

	for (uint32_t i = 0; i < WARD_ARRAY_SIZE(cases); i++) {
		struct ward_ip_range range;

		ward_ip_parse(cases[i].first, &range.first);
		ward_ip_parse(cases[i].last, &range.last);
		assert_string_equal(ward_svg_range_text(&arena, &range), cases[i].text);
	}
	ward_arena_done(&arena);
}

/* What is outside has one name: what is there, or what is missing, whichever is shorter. */
static void world_has_one_name(void **state)
{
	struct world world = {};
	struct svg_picture pic;
	const char *text;

	ward_symbols_init(&world.symbols);
	house(&world, NULL, "default", "web", WARD_KIND_POD, NULL, OPEN);
	outside(&world, "0.0.0.0", "9.255.255.255");
	outside(&world, "11.0.0.0", "255.255.255.255");
	allow(&world, 0, 1, "443");
	allow(&world, 0, 2, "443");
	ward_svg_picture_init(&pic, world_map(&world));
	assert_int_equal(pic.units.n, 4);
	text = pic.units.items[3].name;
	assert_string_equal(text, "world (IPv4) except 10.0.0.0/8");
	ward_svg_picture_done(&pic);
	world_done(&world);
}

static void write_errors_are_told(void **state)
{
	FILE *out = fopen("/dev/full", "w");
	struct world world = {};

	assert_non_null(out);
	world_city(&world);
	assert_int_equal(ward_report_svg(world_map(&world), out), -ENOSPC);
	fclose(out);
	world_done(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(well_formed),
		cmocka_unit_test(same_bytes),
		cmocka_unit_test(every_link_is_said),
		cmocka_unit_test(every_link_is_in_a_cell),
		cmocka_unit_test(every_flow_is_wired),
		cmocka_unit_test(boxes_stand_apart),
		cmocka_unit_test(wires_enter_no_foreign_box),
		cmocka_unit_test(labels_are_legible),
		cmocka_unit_test(names_are_made_visible),
		cmocka_unit_test(names_are_cut),
		cmocka_unit_test(ranges_have_short_names),
		cmocka_unit_test(world_has_one_name),
		cmocka_unit_test(write_errors_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
