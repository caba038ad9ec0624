/* SPDX-License-Identifier: Apache-2.0 */
/* Names of objects, and the objects around what they say.
 *
 * Names are made of parts with dots between them: payments.db.ingress.  Two different ones can be
 * alike only if a part has a dot itself, or had to be changed or cut to be a name; those end in a
 * hash of what they are made of. */
#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include <xxhash.h>

#include "kube/names.h"
#include "render/parts.h"

enum {
	NAME_LEN = 253,
	LABEL_LEN = 63,
	HASH_LEN = 16
};

static const char *hash_of(struct render *in, const char *text)
{
	return ward_arena_format(in->arena, "%016" PRIx64, XXH3_64bits(text, strlen(text)));
}

/* @text as one part of a name; false if it is not the same any more. */
static bool part_make(struct render *in, const char *text, char **ret_part)
{
	char *part = ward_arena_strndup(in->arena, text, strlen(text));

	for (char *at = part; *at; at++)
		if (!islower((unsigned char)*at) && !isdigit((unsigned char)*at) && *at != '-')
			*at = '-';
	*ret_part = part;
	return strcmp(part, text) == 0 && ward_is_dns_label(text);
}

const char *render_name(struct render *in, ward_sym policy, ward_sym group, const char *suffix)
{
	const char *texts[] = {ward_symbol_str(in->symbols, policy),
			       ward_symbol_str(in->symbols, group)};
	char *first, *second;
	bool same = part_make(in, texts[0], &first);
	const char *dot = *texts[1] ? "." : "", *name, *all;

	same = (part_make(in, texts[1], &second) || !*texts[1]) && same;
	name = ward_arena_format(in->arena, "%s%s%s.%s", first, dot, second, suffix);
	if (same && strlen(name) <= NAME_LEN)
		return name;
	all = ward_arena_format(in->arena, "%s\n%s\n%s", texts[0], texts[1], suffix);
	return ward_arena_format(in->arena, "ward-%.40s-%s.%s", first, hash_of(in, all), suffix);
}

/* A value of a label, of which names are often too long. */
static const char *label_value(struct render *in, ward_sym policy)
{
	const char *text = ward_symbol_str(in->symbols, policy);

	if (ward_is_label_value(text))
		return text;
	return ward_arena_format(in->arena, "%.*s-%s", LABEL_LEN - HASH_LEN - 1, text,
				 hash_of(in, text));
}

void render_object(struct render *in, const char *api_version, const char *kind, const char *ns,
		   const char *name, ward_sym policy, struct ward_node spec)
{
	struct ward_node root = tree_map(), metadata = tree_map(), labels = tree_map();
	struct ward_rendered object = {.ns = ns, .name = name};

	tree_put(in->arena, &labels, "ward.dev/hash",
		 tree_str(hash_of(in, tree_text(in->arena, &spec))));
	tree_put(in->arena, &labels, "ward.dev/policy", tree_str(label_value(in, policy)));
	tree_put(in->arena, &metadata, "name", tree_str(name));
	if (*ns)
		tree_put(in->arena, &metadata, "namespace", tree_str(ns));
	tree_put(in->arena, &metadata, "labels", labels);
	tree_put(in->arena, &root, "apiVersion", tree_str(api_version));
	tree_put(in->arena, &root, "kind", tree_str(kind));
	tree_put(in->arena, &root, "metadata", metadata);
	tree_put(in->arena, &root, "spec", spec);
	object.root = root;
	ward_vec_push(&in->rendering->objects, object);
}
