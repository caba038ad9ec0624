/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "report/group-words.h"
#include "report/members.h"

static char *labels_text(const struct ward_symbols *symbols, struct ward_labels labels)
{
	char *text = ward_strdup("");

	for (uint32_t i = 0; i < labels.n; i++) {
		char *more;

		if (labels.items[i].key == WARD_SYM_SERVICE_ACCOUNT)
			continue;
		more = ward_format("%s%s%s=%s", text, *text ? ", " : "",
				   ward_symbol_str(symbols, labels.items[i].key),
				   ward_symbol_str(symbols, labels.items[i].value));
		free(text);
		text = more;
	}
	return text;
}

static void put_head(const struct ward_profiles *profiles, const struct ward_profile *profile,
		     const struct ward_text *text)
{
	const struct ward_tables *tables = ward_engine_tables(profiles->engine);
	const struct ward_symbols *symbols = profiles->symbols;
	_cleanup_free_ char *labels = NULL, *id = NULL;
	struct ward_candidate candidate;

	ward_text_color(text, WARD_COLOR_BOLD);
	if (profile->endpoint != WARD_NONE)
		id = ward_endpoint_text(symbols, &tables->endpoints[profile->endpoint].object);
	ward_text_put(text->out, id ? id : profile->member->id);
	ward_text_color(text, WARD_COLOR_NONE);
	fputc('\n', text->out);
	if (profile->endpoint == WARD_NONE)
		return;
	candidate = ward_candidate_of(profiles->engine, profile->endpoint);
	labels = labels_text(symbols, candidate.labels);
	ward_text_printf(text->out, "  labels: %s", *labels ? labels : "none");
	fputc('\n', text->out);
	ward_text_printf(text->out, "  environment: %s",
			 profile->environment == WARD_NONE
				 ? "none"
				 : ward_symbol_str(symbols, profile->environment));
	fputc('\n', text->out);
	if (tables->endpoints[profile->endpoint].host_network)
		fputs("  it uses the network of its node: no policy sees it, and no group has it\n",
		      text->out);
}

static char *by_text(const struct ward_profiles *profiles, const struct ward_profile_group *group)
{
	_cleanup_free_ char *entry = NULL, *place = NULL;
	char ip[WARD_IP_TEXT];

	if (group->by_address)
		return ward_format("address %s, as a peer", ward_ip_str(group->ip, ip));
	entry = ward_entry_text(profiles->symbols, group->standing.entry);
	place = ward_place_text(profiles->symbols, group->standing.entry->mark);
	return ward_format("%s (%s)", entry, place);
}

static void put_groups(const struct ward_profiles *profiles, const struct ward_profile *profile,
		       const struct ward_text *text)
{
	static const char *const header[] = {"GROUP", "OF", "BY"};
	struct ward_table table;

	if (!profile->groups.n) {
		fputs("in no group\n", text->out);
		return;
	}
	ward_table_init(&table, header, WARD_ARRAY_SIZE(header));
	for (uint32_t i = 0; i < profile->groups.n; i++) {
		const struct ward_group_entry *group = profile->groups.items[i].group;
		_cleanup_free_ char *by = by_text(profiles, &profile->groups.items[i]);
		_cleanup_free_ char *of =
			ward_object_text(profiles->symbols, group->policy ? &group->policy->object
									  : &group->group->object);

		ward_table_cell(&table, ward_symbol_str(profiles->symbols, group->name));
		ward_table_cell(&table, group->policy ? of : "UserGroup");
		ward_table_cell(&table, by);
	}
	ward_table_print(&table, text);
	ward_table_done(&table);
}

/* Each on a line of its own, and ends the one that it is on. */
static void put_lines(const struct ward_text *text, const char *lines)
{
	while (*lines) {
		size_t len = strcspn(lines, "\n");

		fputc('\n', text->out);
		ward_text_printf(text->out, "    %.*s", (int)len, lines);
		lines += len + (lines[len] == '\n');
	}
	fputc('\n', text->out);
}

static void put_near(const struct ward_profiles *profiles, const struct ward_profile *profile,
		     const struct ward_text *text)
{
	if (profile->near.n)
		fputs("\nnear misses:\n", text->out);
	for (uint32_t i = 0; i < profile->near.n; i++) {
		const struct ward_near *near = &profile->near.items[i];
		bool is_outside = near->standing.kind == WARD_STANDING_OUTSIDE;
		_cleanup_free_ char *left_out =
			is_outside ? NULL : ward_standing_text(profiles->symbols, &near->standing);
		_cleanup_free_ char *place =
			ward_place_text(profiles->symbols, is_outside ? near->distance.entry->mark
								      : near->standing.entry->mark);
		const char *differs = is_outside ? near->distance.differs : left_out;

		ward_text_printf(text->out, "  group %s (%s)",
				 ward_symbol_str(profiles->symbols, near->group->name), place);
		put_lines(text, differs);
	}
}

static const char *directions_text(const bool *directions)
{
	if (directions[WARD_INGRESS] && directions[WARD_EGRESS])
		return "both ways";
	return directions[WARD_INGRESS] ? "ingress" : directions[WARD_EGRESS] ? "egress" : "-";
}

static void put_policies(const struct ward_profiles *profiles, const struct ward_profile *profile,
			 const struct ward_text *text)
{
	static const char *const header[] = {"GOVERNED BY", "MODE", "JUDGES", "CLOSES", "AT"};
	struct ward_table table;

	fputc('\n', text->out);
	if (!profile->policies.n) {
		fputs("no policy governs it: everything is open\n", text->out);
		return;
	}
	ward_table_init(&table, header, WARD_ARRAY_SIZE(header));
	for (uint32_t i = 0; i < profile->policies.n; i++) {
		const struct ward_governing *governing = &profile->policies.items[i];
		_cleanup_free_ char *name = ward_object_text(profiles->symbols, &governing->policy);
		_cleanup_free_ char *place =
			ward_place_text(profiles->symbols, governing->policy.mark);

		ward_table_cell(&table, name);
		ward_table_cell(&table, governing->staged ? "Staged" : "Enforce");
		ward_table_cell(&table, directions_text(governing->judges));
		ward_table_cell(&table, directions_text(governing->isolates));
		ward_table_cell(&table, place);
	}
	ward_table_print(&table, text);
	ward_table_done(&table);
}

void ward_report_whoami_text(const struct ward_profiles *profiles, const struct ward_text *text)
{
	for (uint32_t i = 0; i < profiles->list.n; i++) {
		const struct ward_profile *profile = &profiles->list.items[i];

		if (i)
			fputc('\n', text->out);
		put_head(profiles, profile, text);
		fputc('\n', text->out);
		put_groups(profiles, profile, text);
		put_near(profiles, profile, text);
		if (profile->endpoint != WARD_NONE &&
		    ward_engine_tables(profiles->engine)->endpoints[profile->endpoint].managed)
			put_policies(profiles, profile, text);
	}
}
