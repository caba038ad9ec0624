/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/identity.h"

#include <string.h>

enum {
	SIGNATURE_ENVIRONMENT,
	SIGNATURE_PORTS,
	SIGNATURE_SCOPES
};

uint32_t identities_ports(struct identities *identities, const struct ruleset *ruleset,
			  const struct inventory *inventory, uint32_t ports,
			  enum ward_direction direction)
{
	WARD_VEC(struct named_port) mentioned = {};
	const struct named_port *all;
	uint32_t n, id;

	all = inventory_ports(inventory, ports, &n);
	for (uint32_t i = 0; i < n; i++)
		if (ward_bits_has(&ruleset->named[direction], all[i].name))
			ward_vec_push(&mentioned, all[i]);
	id = ward_intern(&identities->port_sets, mentioned.items,
			 mentioned.n * sizeof(*mentioned.items));
	ward_vec_done(&mentioned);
	return id;
}

/* The environment counts only where a rule compares it. */
static uint32_t environment_asked(const struct ruleset *ruleset, const scope_list *scopes,
				  uint32_t environment)
{
	for (uint32_t i = 0; i < scopes->n; i++)
		if (ward_bits_has(&ruleset->bound, scopes->items[i]))
			return environment;
	return WARD_NONE;
}

static uint32_t signature_of_pod(struct identities *identities, struct ruleset *ruleset,
				 const struct inventory *inventory, const struct pod_shape *pod)
{
	const struct inventory_namespace *ns = &inventory->namespaces.items[pod->ns];
	scope_list words = {}, scopes = {};
	uint32_t id;

	scopes_match(&ruleset->scopes, inventory_labels(inventory, ns->labels),
		     inventory_labels(inventory, pod->labels), &scopes);
	ward_vec_push(&words, environment_asked(ruleset, &scopes, ns->environment));
	ward_vec_push(&words,
		      identities_ports(identities, ruleset, inventory, pod->ports, WARD_EGRESS));
	for (uint32_t i = 0; i < scopes.n; i++)
		ward_vec_push(&words, scopes.items[i]);
	id = ward_intern(&identities->signatures, words.items, words.n * sizeof(*words.items));
	ward_vec_done(&scopes);
	ward_vec_done(&words);
	return id;
}

static const uint32_t *signature_words(const struct identities *identities, uint32_t identity,
				       uint32_t *ret_n)
{
	const struct identity *id = ward_intern_bytes(&identities->all, identity, NULL);
	size_t size;
	const uint32_t *words = ward_intern_bytes(&identities->signatures, id->signature, &size);

	*ret_n = (uint32_t)(size / sizeof(*words));
	return words;
}

uint32_t identity_environment(const struct identities *identities, uint32_t identity)
{
	uint32_t n;

	return signature_words(identities, identity, &n)[SIGNATURE_ENVIRONMENT];
}

uint32_t identity_ports(const struct identities *identities, uint32_t identity)
{
	uint32_t n;

	return signature_words(identities, identity, &n)[SIGNATURE_PORTS];
}

static void list_add(scope_list *list, uint32_t item)
{
	ward_vec_push(list, item);
}

/* The way back: from scopes and block sets to identities. */
static void identities_invert(struct identities *identities, const struct ruleset *ruleset)
{
	scope_list empty = {};

	while (identities->of_scope.n < ruleset->scopes.list.n)
		ward_vec_push(&identities->of_scope, empty);
	while (identities->of_set.n < ruleset->prefixes.sets.n)
		ward_vec_push(&identities->of_set, empty);
	for (uint32_t id = 0; id < identities->all.n; id++) {
		const struct identity *identity = ward_intern_bytes(&identities->all, id, NULL);
		uint32_t n_words, n_sets;
		const uint32_t *words = signature_words(identities, id, &n_words);
		const uint32_t *sets = prefixes_sets(&ruleset->prefixes, identity->class, &n_sets);

		for (uint32_t i = SIGNATURE_SCOPES; i < n_words; i++)
			list_add(&identities->of_scope.items[words[i]], id);
		for (uint32_t i = 0; i < n_sets; i++)
			list_add(&identities->of_set.items[sets[i]], id);
	}
}

void identities_build(struct identities *identities, struct ruleset *ruleset,
		      const struct inventory *inventory, const struct shapes *shapes)
{
	uint32_t *of_pod = ward_new_n(uint32_t, shapes->pods.n);
	uint32_t nobody[SIGNATURE_SCOPES] = {WARD_NONE, 0};
	uint32_t outside;

	*identities = (struct identities){};
	ward_intern(&identities->port_sets, NULL, 0);
	outside = ward_intern(&identities->signatures, nobody, sizeof(nobody));
	for (uint32_t i = 0; i < shapes->pods.n; i++)
		of_pod[i] = signature_of_pod(identities, ruleset, inventory, shapes_pod(shapes, i));
	identities->n_shapes = shapes->all.n;
	identities->of_shape = ward_new_n(uint32_t, shapes->all.n);
	for (uint32_t i = 0; i < shapes->all.n; i++) {
		const struct shape *shape = shapes_get(shapes, i);
		struct identity identity = {
			.signature = shape->pod == WARD_NONE ? outside : of_pod[shape->pod],
			.class = shape->class,
		};

		identities->of_shape[i] =
			ward_intern(&identities->all, &identity, sizeof(identity));
	}
	free(of_pod);
	identities_invert(identities, ruleset);
}

void identities_done(struct identities *identities)
{
	for (uint32_t i = 0; i < identities->of_scope.n; i++)
		ward_vec_done(&identities->of_scope.items[i]);
	for (uint32_t i = 0; i < identities->of_set.n; i++)
		ward_vec_done(&identities->of_set.items[i]);
	ward_vec_done(&identities->of_scope);
	ward_vec_done(&identities->of_set);
	ward_intern_done(&identities->signatures);
	ward_intern_done(&identities->port_sets);
	ward_intern_done(&identities->all);
	free(identities->of_shape);
}
