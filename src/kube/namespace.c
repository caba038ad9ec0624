/* SPDX-License-Identifier: Apache-2.0 */
/* Namespaces and nodes. */
#include "kube/decode.h"
#include "kube/pod.h"

/* The automatic label replaces whatever the input says about it (A4.7). */
static struct ward_labels labels_inject(struct ward_decoding *in, struct ward_labels labels,
					ward_sym name)
{
	ward_sym given = ward_labels_get(labels, WARD_SYM_METADATA_NAME);
	_cleanup_free_ struct ward_label *items = ward_new_n(struct ward_label, labels.n + 1);
	uint32_t n = 0;

	if (given != WARD_NONE && given != name) {
		struct ward_field field = ward_field_get(&in->metadata, "labels");

		ward_field_warn(&field, "metadata-name",
				"remove this label; the API server sets it",
				"kubernetes.io/metadata.name is %s, but is always the namespace's "
				"own name, %s",
				ward_symbol_str(in->symbols, given),
				ward_symbol_str(in->symbols, name));
	}
	for (uint32_t i = 0; i < labels.n; i++)
		if (labels.items[i].key != WARD_SYM_METADATA_NAME)
			items[n++] = labels.items[i];
	items[n++] = (struct ward_label){WARD_SYM_METADATA_NAME, name};
	return ward_labels_make(in->arena, items, n);
}

struct ward_object *ward_namespace_decode(struct ward_decode *decode, const struct ward_node *root)
{
	struct ward_namespace *ns = ward_arena_new(&decode->snapshot->arena, struct ward_namespace);
	struct ward_decoding in;
	struct ward_field labels;

	ward_decoding_begin(&in, decode, root, WARD_KIND_NAMESPACE, &ns->object);
	labels = ward_field_get(&in.metadata, "labels");
	ns->labels = labels_inject(&in, ward_labels_decode(&labels), ns->object.name);
	return in.failed ? NULL : &ns->object;
}

struct ward_object *ward_namespace_implied(struct ward_snapshot *snapshot, ward_sym name,
					   struct ward_mark mark)
{
	struct ward_namespace *ns = ward_arena_new(&snapshot->arena, struct ward_namespace);
	struct ward_label label = {WARD_SYM_METADATA_NAME, name};

	ns->object = (struct ward_object){
		.kind = WARD_KIND_NAMESPACE,
		.ns = WARD_NONE,
		.name = name,
		.mark = mark,
	};
	ns->labels = ward_labels_make(&snapshot->arena, &label, 1);
	ns->implied = true;
	return &ns->object;
}

/* Every address that parses, whatever its type: host names are in the same list (E26). */
static void node_addresses(struct ward_node_object *node, struct ward_decoding *in)
{
	struct ward_field status = ward_field_get(&in->root, "status");
	struct ward_field list = ward_field_get(&status, "addresses");
	uint32_t n = ward_field_list(&list);
	struct ward_ip *ips = ward_arena_new_n(in->arena, struct ward_ip, n);

	for (uint32_t i = 0; i < n; i++) {
		struct ward_field item = ward_field_at(&list, i);
		const char *text = ward_node_get_str(item.node, "address");

		if (text && ward_ip_parse(text, &ips[node->n_ips]) == 0)
			node->n_ips++;
	}
	node->ips = ips;
}

struct ward_object *ward_node_decode(struct ward_decode *decode, const struct ward_node *root)
{
	struct ward_node_object *node =
		ward_arena_new(&decode->snapshot->arena, struct ward_node_object);
	struct ward_decoding in;
	struct ward_field labels;

	ward_decoding_begin(&in, decode, root, WARD_KIND_NODE, &node->object);
	labels = ward_field_get(&in.metadata, "labels");
	node->labels = ward_labels_decode(&labels);
	node_addresses(node, &in);
	return in.failed ? NULL : &node->object;
}
