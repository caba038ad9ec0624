/* SPDX-License-Identifier: Apache-2.0 */
#include "report/group-words.h"
#include "report/members.h"

static const struct ward_object *object_of(const struct ward_rosters *rosters,
					   const struct ward_roster_pod *pod)
{
	return &ward_engine_tables(rosters->engine)->endpoints[pod->endpoint].object;
}

static void put_head(const struct ward_rosters *rosters, const struct ward_roster *roster,
		     const struct ward_text *text)
{
	const struct ward_group_entry *group = roster->group;
	_cleanup_free_ char *by =
		ward_object_text(rosters->symbols,
				 group->policy ? &group->policy->object : &group->group->object);
	_cleanup_free_ char *place = ward_place_text(rosters->symbols, group->mark);
	uint32_t n = roster->members.n;

	ward_text_color(text, WARD_COLOR_BOLD);
	ward_text_printf(text->out, "group %s", ward_symbol_str(rosters->symbols, group->name));
	ward_text_color(text, WARD_COLOR_NONE);
	ward_text_printf(text->out, " of %s (%s): ", by, place);
	if (n)
		ward_text_printf(text->out, "%u member%s", n, n == 1 ? "" : "s");
	else
		ward_text_put(text->out, "no pods");
	fputc('\n', text->out);
}

static void put_members(const struct ward_rosters *rosters, const struct ward_roster *roster,
			const struct ward_text *text)
{
	static const char *const header[] = {"POD", "ENVIRONMENT", "BY"};
	struct ward_table table;

	if (!roster->members.n)
		return;
	ward_table_init(&table, header, WARD_ARRAY_SIZE(header));
	for (uint32_t i = 0; i < roster->members.n; i++) {
		const struct ward_roster_pod *pod = &roster->members.items[i];
		_cleanup_free_ char *id =
			ward_endpoint_text(rosters->symbols, object_of(rosters, pod));
		_cleanup_free_ char *entry = ward_entry_text(rosters->symbols, pod->standing.entry);
		_cleanup_free_ char *place =
			ward_place_text(rosters->symbols, pod->standing.entry->mark);
		_cleanup_free_ char *by = ward_format("%s (%s)", entry, place);

		ward_table_cell(&table, id);
		ward_table_cell(&table,
				pod->environment == WARD_NONE
					? "-"
					: ward_symbol_str(rosters->symbols, pod->environment));
		ward_table_cell(&table, by);
	}
	ward_table_print(&table, text);
	ward_table_done(&table);
}

static char *left_out_text(const struct ward_rosters *rosters, const struct ward_roster_pod *pod)
{
	const struct ward_endpoint *endpoint =
		&ward_engine_tables(rosters->engine)->endpoints[pod->endpoint];

	if (pod->standing.kind != WARD_STANDING_MEMBER)
		return ward_standing_text(rosters->symbols, &pod->standing);
	return ward_strdup(endpoint->host_network ? "skipped: it uses the network of its node"
						  : "skipped: it is finished");
}

static void put_left_out(const struct ward_rosters *rosters, const struct ward_roster *roster,
			 const struct ward_text *text)
{
	if (roster->left_out.n)
		fputs("\nleft out:\n", text->out);
	for (uint32_t i = 0; i < roster->left_out.n; i++) {
		const struct ward_roster_pod *pod = &roster->left_out.items[i];
		_cleanup_free_ char *id =
			ward_endpoint_text(rosters->symbols, object_of(rosters, pod));
		_cleanup_free_ char *why = left_out_text(rosters, pod);

		ward_text_printf(text->out, "  %s: %s", id, why);
		fputc('\n', text->out);
	}
}

static void put_addresses(const struct ward_rosters *rosters, const struct ward_roster *roster,
			  const struct ward_text *text)
{
	const struct ward_ranges *addresses = &roster->group->members.addresses;
	struct ward_cidrs cidrs = {};
	char cidr[WARD_CIDR_TEXT];

	if (rosters->narrowed || !addresses->list.n)
		return;
	ward_ranges_cidrs(addresses, &cidrs);
	fputs("\naddresses, as peers only:\n", text->out);
	for (uint32_t i = 0; i < cidrs.list.n; i++)
		fprintf(text->out, "  %s\n", ward_cidr_str(cidrs.list.items[i], cidr));
	ward_vec_done(&cidrs.list);
}

static void put_selectors(const struct ward_rosters *rosters, const struct ward_roster *roster,
			  const struct ward_text *text)
{
	static const char *const header[] = {"NAMESPACES", "PODS"};
	const struct ward_boxes *boxes = &roster->group->members.pods;
	_cleanup_(ward_arena_done) struct ward_arena arena = {};
	struct ward_table table;

	if (!boxes->list.n)
		return;
	fputs("\nas plain selectors:\n", text->out);
	ward_table_init(&table, header, WARD_ARRAY_SIZE(header));
	for (uint32_t i = 0; i < boxes->list.n; i++) {
		_cleanup_free_ char *ns = NULL, *pods = NULL;
		struct ward_selector namespace_selector, pod_selector;

		ward_box_selectors(&arena, &boxes->list.items[i], &namespace_selector,
				   &pod_selector);
		ns = ward_selector_text(rosters->symbols, &namespace_selector);
		pods = ward_selector_text(rosters->symbols, &pod_selector);
		ward_table_cell(&table, ns);
		ward_table_cell(&table, pods);
	}
	ward_table_print(&table, text);
	ward_table_done(&table);
}

void ward_report_members_text(const struct ward_rosters *rosters, const struct ward_text *text)
{
	for (uint32_t i = 0; i < rosters->list.n; i++) {
		const struct ward_roster *roster = &rosters->list.items[i];

		if (i)
			fputc('\n', text->out);
		put_head(rosters, roster, text);
		put_members(rosters, roster, text);
		put_addresses(rosters, roster, text);
		put_left_out(rosters, roster, text);
		put_selectors(rosters, roster, text);
	}
}
