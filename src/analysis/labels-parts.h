/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the audit of labels. */
#pragma once

#include "analysis/groups.h"
#include "analysis/labels.h"
#include "analysis/lint-parts.h"
#include "analysis/spelling.h"
#include "base/bits.h"
#include "engine/number.h"
#include "engine/scope.h"
#include "group/labelstandard.h"
#include "kube/pod.h"
#include "policy/lower.h"

/* A namespace, or pods of one workload that are labelled alike. */
struct label_subject {
	const struct ward_object *object; /* of the first */
	const struct ward_pod *pod;	  /* the first; NULL: it is a namespace */
	const struct ward_namespace *ns;  /* where the pods are, or it */
	struct ward_labels labels;	  /* of those keys that matter; the service account too */
	uint32_t n;			  /* how many pods here, or 1 */
	uint32_t weight;		  /* for how many pods they stand */
	bool exempt;			  /* the standard is not about its namespace */
	bool is_member;			  /* policies see it (groups.md 8.5) */
	number_list groups;		  /* that it is in, ascending */
};

/* A selector as somebody wrote it. */
struct label_use {
	const struct ward_object *object;
	struct ward_mark mark;
	const char *what; /* "the peer"; "group db" */
	uint32_t scope;	  /* WARD_NONE: nothing can satisfy it */
	bool excludes;
};

/* A value of a label that pods, or namespaces, have. */
struct label_value {
	ward_sym key, value;
	bool of_namespace;
	uint32_t weight;
	uint32_t meant;	  /* another one, frequent and nearly the same; or WARD_NONE */
	number_list near; /* choices one edit away, when nobody asks for this value itself */
	struct ward_spelling spelling;
};

/* A value that groups select. */
struct label_choice {
	ward_sym key, value;
	struct ward_spelling spelling;
	number_list groups;
};

struct labels {
	struct ward_label_audit *audit;
	const struct ward_snapshot *snapshot;
	struct ward_symbols *symbols;
	const struct ward_labelstandard *standard; /* or NULL */
	struct ward_arena arena;

	struct ward_policies policies;
	struct ward_groups groups;
	struct scopes scopes;
	WARD_VEC(struct label_use) uses;
	WARD_VEC(number_list) groups_of; /* by scope */
	uint32_t *matched;		 /* pods, by scope */
	struct ward_bits matched_exempt; /* scopes that match a pod which the standard spares */
	bool overflow;			 /* some group is too complicated to say who is in it */

	struct ward_bits keys;	    /* that matter, by symbol */
	struct ward_bits keys_seen; /* of pods, and those that are nearly a dimension's */
	struct ward_bits keys_near;
	struct ward_bits keys_added; /* by controllers, to what a template says */
	struct ward_intern subject_ids;
	WARD_VEC(struct label_subject) subjects;
	struct ward_intern value_ids;
	WARD_VEC(struct label_value) values;
	struct ward_intern choice_ids;
	WARD_VEC(struct label_choice) choices;
	struct ward_intern row_ids;
};

/* About an object; a mark without file stands for the object's own. */
void ward_label_report(struct labels *labels, enum ward_severity severity, const char *code,
		       const struct ward_object *object, struct ward_mark mark, const char *hint,
		       const char *fmt, ...) __attribute__((format(printf, 7, 8)));
/* About the label @key of a subject; says of how many more pods it is so. */
void ward_label_blame(struct labels *labels, enum ward_severity severity, const char *code,
		      const struct label_subject *subject, const char *hint, const char *fmt, ...)
	__attribute__((format(printf, 6, 7)));

const char *ward_label_text(struct labels *labels, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
const char *ward_label_name(const struct labels *labels, ward_sym sym);
/* "Deployment shop/web". */
const char *ward_label_object(struct labels *labels, const struct ward_object *object);

/* Suggests @value for the label, or to remove it; at the workload that pods come from. */
void ward_label_suggest(struct labels *labels, const struct label_subject *subject, ward_sym key,
			ward_sym value);
/* The same for one live pod only. */
void ward_label_suggest_pod(struct labels *labels, const struct label_subject *subject,
			    ward_sym key, ward_sym value);

/* The value of @key that is spelled most like @value, or WARD_NONE. */
ward_sym ward_dimension_nearest(const struct labels *labels, const struct ward_dimension *dimension,
				ward_sym value);
/* "backend, db or frontend"; "a value like ^[a-z]+$". */
const char *ward_dimension_text(struct labels *labels, const struct ward_dimension *dimension);

/* The dimension whose key the key nearly is, or NULL. */
const struct ward_dimension *ward_label_key_meant(const struct labels *labels, ward_sym key);

/* Is the label of a live pod another one than in its template, or only at one of them? */
bool ward_label_has_drifted(const struct labels *labels, const struct ward_pod *pod, ward_sym key);

bool ward_label_is_exempt(const struct labels *labels, ward_sym ns);

/* The parts, in this order. */
void ward_label_uses_collect(struct labels *labels);
void ward_label_subjects_collect(struct labels *labels);
void ward_label_subjects_match(struct labels *labels);
void ward_label_choices_collect(struct labels *labels);
void ward_label_values_collect(struct labels *labels);
void ward_label_values_check(struct labels *labels);
void ward_label_uses_check(struct labels *labels);
void ward_label_groups_check(struct labels *labels);

/* Would it join a group if this label were spelled as the group has it?  Says so, and true. */
bool ward_label_nearly_joins(struct labels *labels, const struct label_subject *subject,
			     struct ward_label label);

/* The number of a value in labels->values. */
uint32_t ward_label_value_find(const struct labels *labels, const struct label_subject *subject,
			       struct ward_label label);
