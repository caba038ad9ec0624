/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/identity.h"

#include <string.h>

enum {
	SIGNATURE_ENVIRONMENT,
	SIGNATURE_PORTS,
	SIGNATURE_SCOPES
};

/* Signature 0: nothing holds, as for whoever is no pod. */
static const uint32_t nobody[SIGNATURE_SCOPES] = {WARD_NONE, 0};

void identities_init(struct identities *identities)
{
	*identities = (struct identities){};
	ward_intern(&identities->port_sets, NULL, 0);
	ward_intern(&identities->signatures, nobody, sizeof(nobody));
}

static uint32_t ports_sign(struct identities *identities, const struct ruleset *ruleset,
			   const struct inventory *inventory, uint32_t ports)
{
	WARD_VEC(struct named_port) mentioned = {};
	const struct named_port *all;
	uint32_t n, id;

	all = inventory_ports(inventory, ports, &n);
	for (uint32_t i = 0; i < n; i++)
		if (uses_has(&ruleset->names, all[i].name))
			ward_vec_push(&mentioned, all[i]);
	id = ward_intern(&identities->port_sets, mentioned.items,
			 mentioned.n * sizeof(*mentioned.items));
	ward_vec_done(&mentioned);
	return id;
}

/* The environment counts only where a rule compares it. */
static uint32_t environment_asked(const struct ruleset *ruleset, const number_list *scopes,
				  uint32_t environment)
{
	for (uint32_t i = 0; i < scopes->n; i++)
		if (uses_has(&ruleset->bound, scopes->items[i]))
			return environment;
	return WARD_NONE;
}

uint32_t identities_sign(struct identities *identities, struct ruleset *ruleset,
			 const struct inventory *inventory, const struct pod_shape *pod)
{
	const struct inventory_namespace *ns = &inventory->namespaces.items[pod->ns];
	number_list words = {}, scopes = {};
	uint32_t id;

	scopes_match_used(&ruleset->scopes, inventory_labels(inventory, ns->labels),
			  inventory_labels(inventory, pod->labels), &scopes);
	ward_vec_push(&words, environment_asked(ruleset, &scopes, ns->environment));
	ward_vec_push(&words, ports_sign(identities, ruleset, inventory, pod->ports));
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

/* The way back: from scopes, block sets and ports to a new identity. */
static void identity_list(struct identities *identities, const struct ruleset *ruleset,
			  uint32_t identity, uint32_t class)
{
	uint32_t n_words, n_sets;
	const uint32_t *words = signature_words(identities, identity, &n_words);
	const uint32_t *sets = prefixes_sets(&ruleset->prefixes, class, &n_sets);

	while (identities->of_scope.n < ruleset->scopes.list.n)
		ward_vec_push(&identities->of_scope, (number_list){});
	while (identities->of_set.n < ruleset->prefixes.sets.n)
		ward_vec_push(&identities->of_set, (number_list){});
	for (uint32_t i = SIGNATURE_SCOPES; i < n_words; i++)
		ward_vec_push(&identities->of_scope.items[words[i]], identity);
	for (uint32_t i = 0; i < n_sets; i++)
		ward_vec_push(&identities->of_set.items[sets[i]], identity);
	if (words[SIGNATURE_PORTS])
		ward_vec_push(&identities->with_ports, identity);
}

bool identities_assign(struct identities *identities, const struct ruleset *ruleset,
		       const struct shapes *shapes, uint32_t shape, uint32_t signature)
{
	struct identity identity = {
		.signature = signature == WARD_NONE ? 0 : signature,
		.class = shapes_get(shapes, shape)->class,
	};
	uint32_t n = identities->all.n;
	uint32_t id = ward_intern(&identities->all, &identity, sizeof(identity));

	if (id == n)
		identity_list(identities, ruleset, id, identity.class);
	while (identities->of_shape.n <= shape)
		ward_vec_push(&identities->of_shape, WARD_NONE);
	if (identities->of_shape.items[shape] == id)
		return false;
	identities->of_shape.items[shape] = id;
	return true;
}

void identities_done(struct identities *identities)
{
	for (uint32_t i = 0; i < identities->of_scope.n; i++)
		ward_vec_done(&identities->of_scope.items[i]);
	for (uint32_t i = 0; i < identities->of_set.n; i++)
		ward_vec_done(&identities->of_set.items[i]);
	ward_vec_done(&identities->of_scope);
	ward_vec_done(&identities->of_set);
	ward_vec_done(&identities->of_shape);
	ward_vec_done(&identities->with_ports);
	ward_intern_done(&identities->signatures);
	ward_intern_done(&identities->port_sets);
	ward_intern_done(&identities->all);
}
