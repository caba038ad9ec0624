/* SPDX-License-Identifier: Apache-2.0 */
#include "report/witness-words.h"

#include "report/diff-words.h"

static void labels_put(FILE *out, const struct ward_witness_label *labels, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		fprintf(out, "%s%s=%s", i ? ", " : " with ", labels[i].key, labels[i].value);
}

static void pod_put(FILE *out, const struct ward_witness_end *end)
{
	fputs("a pod", out);
	labels_put(out, end->labels, end->n_labels);
	if (!end->n_labels)
		fputs(" without labels", out);
	fprintf(out, " in namespace %s", end->ns);
	labels_put(out, end->namespace_labels, end->n_namespace_labels);
}

char *ward_witness_end_text(const struct ward_witness_end *end)
{
	char ip[WARD_IP_TEXT], *text = NULL;
	size_t size;
	FILE *out;

	if (end->kind == WARD_SPACE_OUTSIDE)
		return ward_strdup(ward_ip_str(end->ip, ip));
	out = open_memstream(&text, &size);
	if (!out)
		abort();
	if (end->kind == WARD_SPACE_NODE) {
		fputs("a node", out);
		labels_put(out, end->labels, end->n_labels);
	} else {
		pod_put(out, end);
	}
	if (end->has_ip)
		fprintf(out, ", at %s", ward_ip_str(end->ip, ip));
	fclose(out);
	return text;
}

char *ward_witness_port_text(const struct ward_witness *witness)
{
	char *text = witness->proto == WARD_OTHER
			     ? ward_strdup("other than TCP, UDP, SCTP")
			     : ward_format("%s %u", ward_proto_str(witness->proto), witness->port);

	for (uint32_t i = 0; i < witness->n_names; i++) {
		char *more = ward_format("%s%s%s", text, i ? ", " : ", which it calls ",
					 witness->names[i]);

		free(text);
		text = more;
	}
	return text;
}

char *ward_why_text(const struct ward_symbols *symbols, const struct ward_diff_why *why)
{
	char *text;

	if (!why->n)
		return ward_strdup(why->accept ? "allowed: no policy isolates either end"
					       : "denied");
	text = ward_strdup(why->accept ? "allowed: " : "denied: ");
	for (uint32_t i = 0; i < why->n; i++) {
		const struct ward_diff_reason *reason = &why->reasons[i];
		bool more = i && reason->isolates == reason[-1].isolates;
		_cleanup_free_ char *before = text;
		_cleanup_free_ char *policy =
			ward_diff_policy_text(symbols, reason->policy, reason->mark);

		text = ward_format("%s%s%s%s", before, i ? ", " : "",
				   more		      ? ""
				   : reason->isolates ? "isolated by "
						      : "by ",
				   policy);
	}
	return text;
}

static void labels_json(struct ward_json *json, const char *key,
			const struct ward_witness_label *labels, uint32_t n)
{
	ward_json_map(json, key);
	for (uint32_t i = 0; i < n; i++)
		ward_json_str(json, labels[i].key, labels[i].value);
	ward_json_end_map(json);
}

static void end_json(struct ward_json *json, const char *key, const struct ward_witness_end *end)
{
	static const char *const kinds[] = {
		[WARD_SPACE_GIVEN] = "Pod",
		[WARD_SPACE_NEW] = "Pod",
		[WARD_SPACE_NODE] = "Node",
		[WARD_SPACE_OUTSIDE] = "External",
	};
	char ip[WARD_IP_TEXT];

	ward_json_line(json, key);
	ward_json_str(json, "kind", kinds[end->kind]);
	if (ward_space_is_pod(end->kind)) {
		ward_json_str(json, "namespace", end->ns);
		ward_json_bool(json, "namespaceGiven", end->kind == WARD_SPACE_GIVEN);
		labels_json(json, "namespaceLabels", end->namespace_labels,
			    end->n_namespace_labels);
	}
	if (end->kind != WARD_SPACE_OUTSIDE)
		labels_json(json, "labels", end->labels, end->n_labels);
	if (end->has_ip)
		ward_json_str(json, "address", ward_ip_str(end->ip, ip));
	ward_json_end_map(json);
}

void ward_witness_json(struct ward_json *json, const struct ward_witness *witness)
{
	end_json(json, "from", &witness->end[WARD_FROM]);
	end_json(json, "to", &witness->end[WARD_TO]);
	ward_json_str(json, "protocol", ward_proto_str(witness->proto));
	ward_json_int(json, "port", witness->port);
	ward_json_list(json, "portNames");
	for (uint32_t i = 0; i < witness->n_names; i++)
		ward_json_str(json, NULL, witness->names[i]);
	ward_json_end_list(json);
}
