/* SPDX-License-Identifier: Apache-2.0 */
#include "doc/json-writer.h"
#include "report/diff-words.h"
#include "report/map.h"
#include "report/witness-words.h"

static const char *const change_names[] = {
	[WARD_CHANGE_ALLOWED] = "allowed",
	[WARD_CHANGE_DENIED] = "denied",
	[WARD_CHANGE_PORTS] = "ports",
};

static void places_json(struct ward_json *json, const char *key, const struct ward_diff *diff,
			const uint32_t *places, uint32_t n)
{
	struct ward_diff_names ids;

	ward_diff_names_init(&ids, diff, places, n, true);
	ward_json_list(json, key);
	for (uint32_t i = 0; i < ids.list.n; i++)
		ward_json_str(json, NULL, ids.list.items[i]);
	ward_json_end_list(json);
	ward_diff_names_done(&ids);
}

static void policy_json(struct ward_json *json, const struct ward_symbols *symbols,
			const struct ward_policy *policy, struct ward_mark mark)
{
	ward_json_line(json, NULL);
	ward_json_str(json, "kind", ward_kind_str(policy->origin.kind));
	ward_json_str(json, "namespace", ward_symbol_str(symbols, policy->origin.ns));
	ward_json_str(json, "name", ward_symbol_str(symbols, policy->origin.name));
	ward_json_str(json, "file", ward_symbol_str(symbols, mark.file));
	ward_json_int(json, "line", mark.line);
	ward_json_end_map(json);
}

static void isolation_json(struct ward_json *json, const struct ward_diff *diff,
			   const struct ward_diff_isolation *isolation)
{
	const struct ward_symbols *symbols =
		diff->symbols[isolation->isolated ? WARD_NEW : WARD_OLD];

	ward_json_map(json, NULL);
	ward_json_str(json, "direction", ward_direction_str(isolation->direction));
	ward_json_bool(json, "isolated", isolation->isolated);
	places_json(json, "endpoints", diff, isolation->places, isolation->n_places);
	ward_json_list(json, "policies");
	for (uint32_t i = 0; i < isolation->n_policies; i++)
		policy_json(json, symbols, isolation->policies[i],
			    isolation->policies[i]->origin.mark);
	ward_json_end_list(json);
	ward_json_end_map(json);
}

static void set_json(struct ward_json *json, const char *key, const struct ward_port_set *set)
{
	ward_json_line(json, key);
	ward_report_ports_json(json, "allow", set);
	ward_json_bool(json, "other", set->other);
	ward_json_end_map(json);
}

static void reasons_json(struct ward_json *json, const char *key, const struct ward_diff *diff,
			 enum ward_diff_version version, const struct ward_diff_why *why,
			 bool isolates)
{
	ward_json_list(json, key);
	for (uint32_t i = 0; i < why->n; i++)
		if (why->reasons[i].isolates == isolates)
			policy_json(json, diff->symbols[version], why->reasons[i].policy,
				    why->reasons[i].mark);
	ward_json_end_list(json);
}

static void why_json(struct ward_json *json, const char *key, const struct ward_diff *diff,
		     enum ward_diff_version version, const struct ward_diff_why *why)
{
	if (!why->known)
		return;
	ward_json_map(json, key);
	ward_json_bool(json, "allowed", why->accept);
	reasons_json(json, "decidedBy", diff, version, why, false);
	reasons_json(json, "isolatedBy", diff, version, why, true);
	ward_json_end_map(json);
}

static void place_json(struct ward_json *json, const char *key, const struct ward_diff *diff,
		       uint32_t place)
{
	char text[WARD_RANGE_TEXT];

	ward_json_str(json, key,
		      diff->places[place].external ? ward_range_str(diff->places[place].range, text)
						   : diff->places[place].id);
}

static void change_json(struct ward_json *json, const struct ward_diff *diff,
			const struct ward_diff_change *change)
{
	const struct ward_diff_example *example = &change->example;

	ward_json_map(json, NULL);
	ward_json_str(json, "change", change_names[change->kind]);
	places_json(json, "from", diff, change->from, change->n_from);
	places_json(json, "to", diff, change->to, change->n_to);
	set_json(json, "old", &change->allow[WARD_OLD]);
	set_json(json, "new", &change->allow[WARD_NEW]);
	set_json(json, "gained", &change->gained);
	set_json(json, "lost", &change->lost);
	ward_json_map(json, "example");
	place_json(json, "from", diff, example->from);
	place_json(json, "to", diff, example->to);
	ward_json_str(json, "protocol", ward_proto_str(example->proto));
	ward_json_int(json, "port", example->port);
	why_json(json, "old", diff, WARD_OLD, &example->why[WARD_OLD]);
	why_json(json, "new", diff, WARD_NEW, &example->why[WARD_NEW]);
	ward_json_end_map(json);
	ward_json_end_map(json);
}

static void possible_json(struct ward_json *json, const char *key, const struct ward_diff *diff,
			  enum ward_diff_way way)
{
	static const char *const found[] = {
		[WARD_FOUND_NONE] = "none",
		[WARD_FOUND] = "example",
		[WARD_FOUND_UNKNOWN] = "undecided",
	};
	const struct ward_diff_possible *possible = &diff->possible[way];

	ward_json_map(json, key);
	ward_json_str(json, "found", found[possible->found]);
	if (possible->found == WARD_FOUND) {
		ward_json_map(json, "example");
		ward_witness_json(json, &possible->witness);
		why_json(json, "old", diff, WARD_OLD, &possible->why[WARD_OLD]);
		why_json(json, "new", diff, WARD_NEW, &possible->why[WARD_NEW]);
		ward_json_end_map(json);
	}
	ward_json_end_map(json);
}

void ward_report_diff_json(const struct ward_diff *diff, FILE *out)
{
	struct ward_json json;

	ward_json_init(&json, out, false);
	ward_json_map(&json, NULL);
	ward_json_str(&json, "apiVersion", "ward.dev/v1");
	ward_json_str(&json, "kind", "Diff");
	ward_json_bool(&json, "same",
		       ward_diff_is_same(diff) && ward_diff_possible(diff) == WARD_FOUND_NONE);
	ward_json_bool(&json, "sameForGiven", ward_diff_is_same(diff));
	ward_json_list(&json, "isolations");
	for (uint32_t i = 0; i < diff->n_isolations; i++)
		isolation_json(&json, diff, &diff->isolations[i]);
	ward_json_end_list(&json);
	places_json(&json, "appeared", diff, diff->gone[WARD_NEW], diff->n_gone[WARD_NEW]);
	places_json(&json, "vanished", diff, diff->gone[WARD_OLD], diff->n_gone[WARD_OLD]);
	ward_json_list(&json, "changes");
	for (uint32_t i = 0; i < diff->n_changes; i++)
		change_json(&json, diff, &diff->changes[i]);
	ward_json_end_list(&json);
	ward_json_map(&json, "possible");
	possible_json(&json, "gained", diff, WARD_GAINED);
	possible_json(&json, "lost", diff, WARD_LOST);
	ward_json_end_map(&json);
	ward_json_end_map(&json);
}
