/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "report/group-words.h"
#include "report/members.h"

static void groups_json(struct ward_json *json, const struct ward_symbols *symbols,
			const struct ward_profile *profile)
{
	ward_json_list(json, "groups");
	for (uint32_t i = 0; i < profile->groups.n; i++) {
		const struct ward_profile_group *group = &profile->groups.items[i];
		char ip[WARD_IP_TEXT];

		ward_json_map(json, NULL);
		ward_group_json(json, symbols, group->group);
		if (group->by_address)
			ward_json_str(json, "address", ward_ip_str(group->ip, ip));
		else
			ward_entry_json(json, symbols, "entry", group->standing.index,
					group->standing.entry);
		ward_json_end_map(json);
	}
	ward_json_end_list(json);
}

static void because_json(struct ward_json *json, const struct ward_symbols *symbols,
			 const struct ward_near *near)
{
	_cleanup_free_ char *left_out = near->standing.kind == WARD_STANDING_OUTSIDE
						? NULL
						: ward_standing_text(symbols, &near->standing);
	const char *differs = left_out ? left_out : near->distance.differs;

	ward_json_list(json, "because");
	while (*differs) {
		size_t len = strcspn(differs, "\n");
		_cleanup_free_ char *one = ward_format("%.*s", (int)len, differs);

		ward_json_str(json, NULL, one);
		differs += len + (differs[len] == '\n');
	}
	ward_json_end_list(json);
}

static void near_json(struct ward_json *json, const struct ward_symbols *symbols,
		      const struct ward_profile *profile)
{
	ward_json_list(json, "nearMisses");
	for (uint32_t i = 0; i < profile->near.n; i++) {
		const struct ward_near *near = &profile->near.items[i];
		bool is_outside = near->standing.kind == WARD_STANDING_OUTSIDE;

		ward_json_map(json, NULL);
		ward_group_json(json, symbols, near->group);
		ward_entry_json(json, symbols, "entry",
				is_outside ? near->distance.index : near->standing.index,
				is_outside ? near->distance.entry : near->standing.entry);
		because_json(json, symbols, near);
		ward_json_end_map(json);
	}
	ward_json_end_list(json);
}

static void directions_json(struct ward_json *json, const char *key, const bool *directions)
{
	ward_json_list(json, key);
	for (enum ward_direction dir = 0; dir < WARD_N_DIRECTION; dir++)
		if (directions[dir])
			ward_json_str(json, NULL, dir == WARD_INGRESS ? "Ingress" : "Egress");
	ward_json_end_list(json);
}

static void policies_json(struct ward_json *json, const struct ward_symbols *symbols,
			  const struct ward_profile *profile)
{
	ward_json_list(json, "governedBy");
	for (uint32_t i = 0; i < profile->policies.n; i++) {
		const struct ward_governing *governing = &profile->policies.items[i];
		const struct ward_object *policy = &governing->policy;

		ward_json_map(json, NULL);
		ward_json_str(json, "kind", ward_kind_str(policy->kind));
		ward_json_str(json, "namespace",
			      policy->ns == WARD_NONE ? NULL
						      : ward_symbol_str(symbols, policy->ns));
		ward_json_str(json, "name", ward_symbol_str(symbols, policy->name));
		ward_json_str(json, "tier", ward_tier_str(governing->tier));
		ward_json_str(json, "mode", governing->staged ? "Staged" : "Enforce");
		directions_json(json, "judges", governing->judges);
		directions_json(json, "closes", governing->isolates);
		ward_json_str(json, "file", ward_symbol_str(symbols, policy->mark.file));
		ward_json_int(json, "line", policy->mark.line);
		ward_json_end_map(json);
	}
	ward_json_end_list(json);
}

static void pod_json(struct ward_json *json, const struct ward_profiles *profiles,
		     const struct ward_profile *profile)
{
	const struct ward_symbols *symbols = profiles->symbols;
	const struct ward_endpoint *endpoint =
		&ward_engine_tables(profiles->engine)->endpoints[profile->endpoint];
	struct ward_labels labels = ward_engine_labels(profiles->engine, endpoint->labels);

	ward_endpoint_json(json, symbols, &endpoint->object);
	ward_json_str(json, "environment",
		      profile->environment == WARD_NONE
			      ? NULL
			      : ward_symbol_str(symbols, profile->environment));
	ward_json_bool(json, "hostNetwork", endpoint->host_network);
	ward_json_str(json, "serviceAccount",
		      ward_symbol_str(symbols, ward_labels_get(labels, WARD_SYM_SERVICE_ACCOUNT)));
	ward_json_map(json, "labels");
	for (uint32_t i = 0; i < labels.n; i++)
		if (labels.items[i].key != WARD_SYM_SERVICE_ACCOUNT)
			ward_json_str(json, ward_symbol_str(symbols, labels.items[i].key),
				      ward_symbol_str(symbols, labels.items[i].value));
	ward_json_end_map(json);
}

void ward_report_whoami_json(const struct ward_profiles *profiles, FILE *out)
{
	struct ward_json json;

	ward_json_init(&json, out, false);
	ward_json_map(&json, NULL);
	ward_json_str(&json, "apiVersion", "ward.dev/v1");
	ward_json_str(&json, "kind", "Whoami");
	ward_json_list(&json, "endpoints");
	for (uint32_t i = 0; i < profiles->list.n; i++) {
		const struct ward_profile *profile = &profiles->list.items[i];

		ward_json_map(&json, NULL);
		if (profile->endpoint == WARD_NONE)
			ward_json_str(&json, "id", profile->member->id);
		else
			pod_json(&json, profiles, profile);
		groups_json(&json, profiles->symbols, profile);
		near_json(&json, profiles->symbols, profile);
		policies_json(&json, profiles->symbols, profile);
		ward_json_end_map(&json);
	}
	ward_json_end_list(&json);
	ward_json_end_map(&json);
}
