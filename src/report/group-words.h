/* SPDX-License-Identifier: Apache-2.0 */
/* Groups, their entries and how pods stand to them, in words.  The caller frees what is returned.
 */
#pragma once

#include "analysis/standing.h"
#include "doc/json-writer.h"

/* "groups.yaml:12" */
char *ward_place_text(const struct ward_symbols *symbols, struct ward_mark mark);

/* "GroupPolicy shop", "NetworkPolicy shop/web" */
char *ward_object_text(const struct ward_symbols *symbols, const struct ward_object *object);

/* "shop/web[Deployment]" */
char *ward_endpoint_text(const struct ward_symbols *symbols, const struct ward_object *endpoint);

/* A selector of any length: "role=db, !canary". */
char *ward_selector_text(const struct ward_symbols *symbols, const struct ward_selector *selector);

/* What an entry demands: "role=db, in namespaces team=payments, in group legacy-db". */
char *ward_entry_text(const struct ward_symbols *symbols, const struct ward_member_entry *entry);

/* Why a pod that an entry matches is no member: "excluded by canary=true (groups.yaml:20)". */
char *ward_standing_text(const struct ward_symbols *symbols, const struct ward_standing *standing);

/* Members group and declaredBy of the map that is open. */
void ward_group_json(struct ward_json *json, const struct ward_symbols *symbols,
		     const struct ward_group_entry *group);

/* A map under @key: index, text, file, line. */
void ward_entry_json(struct ward_json *json, const struct ward_symbols *symbols, const char *key,
		     uint32_t index, const struct ward_member_entry *entry);

/* Members id, namespace, name, kind of the map that is open. */
void ward_endpoint_json(struct ward_json *json, const struct ward_symbols *symbols,
			const struct ward_object *endpoint);
