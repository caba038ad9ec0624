/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "report/group-words.h"
#include "report/members.h"

static const struct ward_endpoint *endpoint_of(const struct ward_rosters *rosters,
					       const struct ward_roster_pod *pod)
{
	return &ward_engine_tables(rosters->engine)->endpoints[pod->endpoint];
}

static void pod_json(struct ward_json *json, const struct ward_rosters *rosters,
		     const struct ward_roster_pod *pod)
{
	ward_endpoint_json(json, rosters->symbols, &endpoint_of(rosters, pod)->object);
	ward_json_str(json, "environment",
		      pod->environment == WARD_NONE
			      ? NULL
			      : ward_symbol_str(rosters->symbols, pod->environment));
	ward_entry_json(json, rosters->symbols, "entry", pod->standing.index, pod->standing.entry);
}

static void left_out_json(struct ward_json *json, const struct ward_rosters *rosters,
			  const struct ward_roster_pod *pod)
{
	const struct ward_standing *standing = &pod->standing;

	ward_json_map(json, NULL);
	pod_json(json, rosters, pod);
	if (standing->kind == WARD_STANDING_EXCLUDED) {
		ward_json_str(json, "reason", "Excluded");
		ward_entry_json(json, rosters->symbols, "exclude", standing->exclude_index,
				standing->exclude);
	} else if (standing->kind == WARD_STANDING_LACKING) {
		ward_json_str(json, "reason", "LacksLabel");
		ward_json_str(json, "label", ward_symbol_str(rosters->symbols, standing->lacks));
	} else {
		ward_json_str(json, "reason",
			      endpoint_of(rosters, pod)->host_network ? "HostNetwork" : "Finished");
	}
	ward_json_end_map(json);
}

static void addresses_json(struct ward_json *json, const struct ward_rosters *rosters,
			   const struct ward_roster *roster)
{
	struct ward_cidrs cidrs = {};
	char cidr[WARD_CIDR_TEXT];

	ward_ranges_cidrs(&roster->group->members.addresses, &cidrs);
	ward_json_list(json, "addresses");
	for (uint32_t i = 0; i < cidrs.list.n && !rosters->narrowed; i++)
		ward_json_str(json, NULL, ward_cidr_str(cidrs.list.items[i], cidr));
	ward_json_end_list(json);
	ward_vec_done(&cidrs.list);
}

/* As Kubernetes writes it; what it demands of the service account is no label, and apart. */
static void selector_json(struct ward_json *json, const struct ward_symbols *symbols,
			  const char *key, const struct ward_selector *selector, bool of_accounts)
{
	static const char *const ops[WARD_N_OP] = {"In", "NotIn", "Exists", "DoesNotExist"};

	ward_json_list(json, key);
	for (uint32_t i = 0; i < selector->n; i++) {
		const struct ward_requirement *requirement = &selector->items[i];

		if ((requirement->key == WARD_SYM_SERVICE_ACCOUNT) != of_accounts)
			continue;
		ward_json_line(json, NULL);
		if (!of_accounts)
			ward_json_str(json, "key", ward_symbol_str(symbols, requirement->key));
		ward_json_str(json, "operator", ops[requirement->op]);
		if (requirement->n_values) {
			ward_json_list(json, "values");
			for (uint32_t v = 0; v < requirement->n_values; v++)
				ward_json_str(json, NULL,
					      ward_symbol_str(symbols, requirement->values[v]));
			ward_json_end_list(json);
		}
		ward_json_end_map(json);
	}
	ward_json_end_list(json);
}

static void selectors_json(struct ward_json *json, const struct ward_symbols *symbols,
			   const struct ward_roster *roster)
{
	const struct ward_boxes *boxes = &roster->group->members.pods;
	_cleanup_(ward_arena_done) struct ward_arena arena = {};

	ward_json_list(json, "selectors");
	for (uint32_t i = 0; i < boxes->list.n; i++) {
		struct ward_selector namespaces, pods;

		ward_box_selectors(&arena, &boxes->list.items[i], &namespaces, &pods);
		ward_json_map(json, NULL);
		ward_json_map(json, "namespaceSelector");
		selector_json(json, symbols, "matchExpressions", &namespaces, false);
		ward_json_end_map(json);
		ward_json_map(json, "podSelector");
		selector_json(json, symbols, "matchExpressions", &pods, false);
		ward_json_end_map(json);
		selector_json(json, symbols, "serviceAccounts", &pods, true);
		ward_json_end_map(json);
	}
	ward_json_end_list(json);
}

static void roster_json(struct ward_json *json, const struct ward_rosters *rosters,
			const struct ward_roster *roster)
{
	ward_json_map(json, NULL);
	ward_group_json(json, rosters->symbols, roster->group);
	ward_json_list(json, "members");
	for (uint32_t i = 0; i < roster->members.n; i++) {
		ward_json_map(json, NULL);
		pod_json(json, rosters, &roster->members.items[i]);
		ward_json_end_map(json);
	}
	ward_json_end_list(json);
	addresses_json(json, rosters, roster);
	ward_json_list(json, "leftOut");
	for (uint32_t i = 0; i < roster->left_out.n; i++)
		left_out_json(json, rosters, &roster->left_out.items[i]);
	ward_json_end_list(json);
	selectors_json(json, rosters->symbols, roster);
	ward_json_end_map(json);
}

void ward_report_members_json(const struct ward_rosters *rosters, FILE *out)
{
	struct ward_json json;

	ward_json_init(&json, out, false);
	ward_json_map(&json, NULL);
	ward_json_str(&json, "apiVersion", "ward.dev/v1");
	ward_json_str(&json, "kind", "Members");
	ward_json_list(&json, "groups");
	for (uint32_t i = 0; i < rosters->list.n; i++)
		roster_json(&json, rosters, &rosters->list.items[i]);
	ward_json_end_list(&json);
	ward_json_end_map(&json);
}

void ward_report_members_names(const struct ward_rosters *rosters, FILE *out)
{
	_cleanup_(ward_intern_done) struct ward_intern seen = {};

	for (uint32_t i = 0; i < rosters->list.n; i++) {
		const struct ward_roster *roster = &rosters->list.items[i];

		for (uint32_t k = 0; k < roster->members.n; k++) {
			uint32_t before = seen.n;
			_cleanup_free_ char *id = ward_endpoint_text(
				rosters->symbols,
				&endpoint_of(rosters, &roster->members.items[k])->object);

			if (ward_intern(&seen, id, strlen(id)) < before)
				continue;
			ward_text_put(out, id);
			fputc('\n', out);
		}
	}
}
