/* SPDX-License-Identifier: Apache-2.0 */
/* What all objects have in common: names and namespaces. */
#include <stdio.h>

#include "kube/decode.h"
#include "kube/names.h"

static const char *field_peek(const struct ward_field *map, const char *name)
{
	const char *text = ward_node_get_str(map->node, name);

	return text ? text : "";
}

/* The name of an object without one but with generateName: a '*', which no real name has, stands
 * for what the server would add, and a number keeps several apart. */
static ward_sym name_generated(struct ward_decoding *in, const struct ward_object *object,
			       const char *prefix)
{
	for (unsigned i = 1;; i++) {
		char name[300];
		ward_sym sym;

		snprintf(name, sizeof(name), i == 1 ? "%.253s*" : "%.253s*%u", prefix, i);
		sym = ward_symbol(in->symbols, name);
		if (!ward_snapshot_find(in->decode->snapshot, object->kind, object->ns, sym))
			return sym;
	}
}

static ward_sym name_decode(struct ward_decoding *in, const struct ward_object *object)
{
	struct ward_field field = ward_field_get(&in->metadata, "name");
	const char *name = ward_field_str(&field);
	bool label = object->kind == WARD_KIND_NAMESPACE;

	if (!name || !*name) {
		const char *prefix = field_peek(&in->metadata, "generateName");

		if (*prefix)
			return name_generated(in, object, prefix);
		if (!field.node || name)
			ward_field_expected(&field, "no-name", "give the object a name", "a name");
		return WARD_NONE;
	}
	if (label ? !ward_is_dns_label(name) : !ward_is_dns_subdomain(name))
		ward_field_expected(
			&field, "bad-name",
			label ? "a namespace's name has at most 63 of a-z, 0-9 and '-'"
			      : "a name has at most 253 of a-z, 0-9, '-' and '.'",
			"a lower-case name that begins and ends with a letter or digit");
	return ward_symbol(in->symbols, name);
}

static ward_sym ns_default(const struct ward_decode *decode)
{
	bool given = decode->default_ns != WARD_NONE && decode->default_ns != WARD_SYM_EMPTY;

	return given ? decode->default_ns : ward_symbol(decode->snapshot->symbols, "default");
}

static ward_sym ns_decode(struct ward_decoding *in, enum ward_kind kind)
{
	struct ward_field field = ward_field_get(&in->metadata, "namespace");
	const char *ns;

	if (!ward_kind_is_namespaced(kind))
		return WARD_NONE;
	ns = ward_field_str(&field);
	if (!ns || !*ns)
		return ns_default(in->decode);
	if (!ward_is_dns_label(ns))
		ward_field_expected(&field, "bad-name",
				    "a namespace's name has at most 63 of a-z, 0-9 and '-'",
				    "the name of a namespace");
	return ward_symbol(in->symbols, ns);
}

/* Only this one annotation means anything here; of the others not even the type is looked at. */
static void ignore_decode(struct ward_decoding *in, const struct ward_object *object)
{
	const struct ward_node *annotations =
		in->metadata.node ? ward_node_get(in->metadata.node, "annotations") : NULL;
	const struct ward_node *ignore = ward_node_get(annotations, "ward.dev/ignore");

	if (!ignore || ignore->type != WARD_NODE_STRING)
		return;
	ward_vec_push(&in->decode->snapshot->ignores,
		      ((struct ward_ignore){
			      .kind = object->kind,
			      .ns = object->ns,
			      .name = object->name,
			      .document = object->mark,
			      .mark = ward_node_mark(in->decode->file, ignore),
			      .text = ward_symbol(in->symbols, ignore->text),
		      }));
}

void ward_decoding_begin(struct ward_decoding *in, struct ward_decode *decode,
			 const struct ward_node *root, enum ward_kind kind,
			 struct ward_object *ret_object)
{
	*in = (struct ward_decoding){
		.decode = decode,
		.arena = &decode->snapshot->arena,
		.symbols = decode->snapshot->symbols,
		.root = {.in = in, .node = root},
		.kind = kind,
		.ns = WARD_NONE,
		.name = "",
	};
	in->metadata = ward_field_get(&in->root, "metadata");
	ward_field_is_map(&in->metadata);
	*ret_object = (struct ward_object){
		.kind = kind,
		.name = WARD_NONE,
		.mark = ward_node_mark(decode->file, root),
	};
	ret_object->ns = ns_decode(in, kind);
	in->ns = ret_object->ns;
	in->name = field_peek(&in->metadata, "name");
	ret_object->name = name_decode(in, ret_object);
	ignore_decode(in, ret_object);
}

void ward_decoding_only(struct ward_decoding *in, const struct ward_known *known)
{
	static const struct ward_known metadata[] = {
		{"name"},
		{"namespace", "the object would be in the default namespace"},
		{"generateName"},
		{"labels"},
		{"annotations"},
		{"ownerReferences"},
		{"finalizers"},
		{"creationTimestamp"},
		{"deletionTimestamp"},
		{"deletionGracePeriodSeconds"},
		{"generation"},
		{"managedFields"},
		{"resourceVersion"},
		{"selfLink"},
		{"uid"},
		{"clusterName"},
		{},
	};

	ward_field_only(&in->root, known);
	ward_field_only(&in->metadata, metadata);
}
