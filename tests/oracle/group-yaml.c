/* SPDX-License-Identifier: Apache-2.0 */
#include "base/day.h"
#include "oracle/printer.h"

static void print_port(const struct printer *printer, const struct ward_np_port *port)
{
	if (port->name != WARD_NONE)
		fprintf(printer->out, "%s", printed(printer, port->name));
	else if (port->low == port->high)
		fprintf(printer->out, "%u", port->low);
	else
		fprintf(printer->out, "%u-%u", port->low, port->high);
	fprintf(printer->out, "/%s", ward_proto_str(port->proto));
}

static const char *group_name(const struct printer *printer, const struct ward_grouppolicy *gp,
			      uint32_t group)
{
	return group == WARD_GROUP_ANY ? "any" : printed(printer, gp->groups[group].name);
}

static void print_line(const struct printer *printer, const struct ward_grouppolicy *gp,
		       const struct ward_group_rule *line)
{
	char day[WARD_DAY_SIZE] = "";

	fprintf(printer->out, "  - {from: %s, to: %s", group_name(printer, gp, line->from),
		group_name(printer, gp, line->to));
	for (uint32_t i = 0; i < line->n_ports; i++) {
		fprintf(printer->out, i ? ", \"" : ", ports: [\"");
		print_port(printer, &line->ports[i]);
		fprintf(printer->out, "\"");
	}
	fprintf(printer->out, line->n_ports ? "]" : "");
	if (line->expires)
		ward_day_format(line->expires, day);
	fprintf(printer->out, line->expires ? ", expires: \"%s\"}\n" : "}\n", day);
}

static void print_lines(const struct printer *printer, const struct ward_grouppolicy *gp,
			bool denies)
{
	fprintf(printer->out, "  %s:", denies ? "deny" : "allow");
	fprintf(printer->out, gp->n_rules ? "\n" : " []\n");
	for (uint32_t i = 0; i < gp->n_rules; i++)
		if (gp->rules[i].denies == denies)
			print_line(printer, gp, &gp->rules[i]);
}

static void print_names(const struct printer *printer, const char *key, const ward_sym *names,
			uint32_t n)
{
	fprintf(printer->out, "%s: [", key);
	for (uint32_t i = 0; i < n; i++)
		fprintf(printer->out, "%s\"%s\"", i ? ", " : "", printed(printer, names[i]));
	fprintf(printer->out, "]");
}

static void print_blocks(const struct printer *printer, const struct ward_member_entry *entry)
{
	char text[WARD_CIDR_TEXT];

	fprintf(printer->out, "cidrs: [");
	for (uint32_t i = 0; i < entry->n_blocks; i++) {
		const struct ward_np_peer *block = &entry->blocks[i];

		fprintf(printer->out, "%s{cidr: \"%s\"", i ? ", " : "",
			ward_cidr_str(block->block, text));
		for (uint32_t k = 0; k < block->n_excepts; k++)
			fprintf(printer->out, "%s\"%s\"%s", k ? ", " : ", except: [",
				ward_cidr_str(block->excepts[k].cidr, text),
				k + 1 == block->n_excepts ? "]" : "");
		fprintf(printer->out, "}");
	}
	fprintf(printer->out, "]");
}

/* The service accounts have a field of their own. */
static void print_pods(const struct printer *printer, const struct ward_selector *pods)
{
	if (pods->items[0].key == WARD_SYM_SERVICE_ACCOUNT) {
		print_names(printer, "serviceAccounts", pods->items[0].values,
			    pods->items[0].n_values);
		return;
	}
	fprintf(printer->out, "expressions: ");
	print_requirements(printer, pods);
}

static void print_entry(const struct printer *printer, const struct ward_member_entry *entry)
{
	const char *separator = "{";

	if (entry->n_blocks) {
		fprintf(printer->out, "{");
		print_blocks(printer, entry);
		separator = ", ";
	}
	if (entry->pods.n) {
		fprintf(printer->out, "%s", separator);
		print_pods(printer, &entry->pods);
		separator = ", ";
	}
	if (entry->namespaces.n) {
		fprintf(printer->out, "%snamespaces: {expressions: ", separator);
		print_requirements(printer, &entry->namespaces);
		fprintf(printer->out, "}");
		separator = ", ";
	}
	for (uint32_t i = 0; i < entry->n_groups; i++)
		fprintf(printer->out, "%s%s%s%s", i ? ", " : separator, i ? "" : "groups: [",
			printed(printer, entry->groups[i].name),
			i + 1 == entry->n_groups ? "]" : "");
	if (!entry->n_blocks && !entry->pods.n && !entry->n_groups)
		fprintf(printer->out, "%s%s: true", separator,
			entry->namespaces.n ? "allPods" : "everything");
	fprintf(printer->out, "}");
}

static void print_entries(const struct printer *printer, const char *key,
			  const struct ward_member_entry *entries, uint32_t n)
{
	fprintf(printer->out, "%s: [", key);
	for (uint32_t i = 0; i < n; i++) {
		fprintf(printer->out, i ? ", " : "");
		print_entry(printer, &entries[i]);
	}
	fprintf(printer->out, "]");
}

static void print_membership(const struct printer *printer,
			     const struct ward_membership *membership, const char *separator)
{
	print_entries(printer, "members", membership->entries, membership->n_entries);
	fprintf(printer->out, "%s", separator);
	print_entries(printer, "exclude", membership->excludes, membership->n_excludes);
	fprintf(printer->out, "%s", separator);
	print_names(printer, "requiredLabels", membership->required, membership->n_required);
	fprintf(printer->out, "%slacking: %s", separator,
		membership->excludes_lacking ? "Exclude" : "Report");
}

static void print_scope(const struct printer *printer, const struct ward_grouppolicy *gp)
{
	if (gp->n_names) {
		print_names(printer, "  namespaces", gp->names, gp->n_names);
		fprintf(printer->out, "\n");
	} else if (gp->namespaces.n) {
		fprintf(printer->out, "  namespaces: {expressions: ");
		print_requirements(printer, &gp->namespaces);
		fprintf(printer->out, "}\n");
	}
	for (uint32_t i = 0; i < gp->n_environments; i++)
		fprintf(printer->out, "%s  - {name: %s, mode: %s}\n", i ? "" : "  environments:\n",
			printed(printer, gp->environments[i].name),
			gp->environments[i].staged ? "Staged" : "Enforce");
}

static void print_words(const struct printer *printer, const struct ward_grouppolicy *gp)
{
	static const char *const baselines[] = {
		[WARD_BASELINE_DEFAULT_DENY] = "DefaultDeny",
		[WARD_BASELINE_INGRESS_ONLY] = "IngressOnly",
		[WARD_BASELINE_NONE] = "None",
	};
	static const char *const tiers[] = {"Emergency", "Platform", "Application", "Baseline"};
	static const char *const environments[] = {"same", "any"};
	const char *separator = "";

	fprintf(printer->out, "  mode: %s\n  tier: %s\n  order: %d\n  baseline: %s\n  exempt: [",
		gp->staged ? "Staged" : "Enforce", tiers[gp->tier], gp->order,
		baselines[gp->baseline]);
	for (uint32_t i = 0; i < WARD_N_EXEMPTION; i++) {
		if (!(gp->exempts >> i & 1))
			continue;
		fprintf(printer->out, "%s%s", separator, ward_exemptions[i].name);
		separator = ", ";
	}
	fprintf(printer->out, "]\n");
	if (gp->peer_environment == WARD_PEER_ENVIRONMENT_LISTED)
		print_names(printer, "  environment", gp->peer_environments,
			    gp->n_peer_environments);
	else
		fprintf(printer->out, "  environment: %s", environments[gp->peer_environment]);
	fprintf(printer->out, "\n");
}

void print_grouppolicy(const struct printer *printer, const struct ward_grouppolicy *gp)
{
	fprintf(printer->out, "spec:\n");
	print_scope(printer, gp);
	print_words(printer, gp);
	fprintf(printer->out, "  groups:\n");
	for (uint32_t i = 0; i < gp->n_groups; i++) {
		if (gp->groups[i].is_named)
			continue;
		fprintf(printer->out, "    %s: {", printed(printer, gp->groups[i].name));
		print_membership(printer, &gp->groups[i].membership, ", ");
		fprintf(printer->out, "}\n");
	}
	if (gp->n_rules && gp->rules[0].denies)
		print_lines(printer, gp, true);
	print_lines(printer, gp, false);
}

void print_usergroup(const struct printer *printer, const struct ward_usergroup *group)
{
	fprintf(printer->out, "spec:\n  ");
	print_membership(printer, &group->membership, "\n  ");
	fprintf(printer->out, "\n");
}
