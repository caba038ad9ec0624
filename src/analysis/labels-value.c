/* SPDX-License-Identifier: Apache-2.0 */
/* The labels of each subject: what is missing, unknown, forbidden, drifted or nearly another.  Of
 * one label the first of these is said, in the order of how sure it is what is meant. */
#include "analysis/labels-parts.h"

enum state {
	RIGHT,
	MISSING,
	UNKNOWN,
	DRIFT,
};

/* What the standard would refuse if it were enforced. */
static enum ward_severity severity_of(const struct labels *labels)
{
	return labels->standard->enforcement == WARD_LABEL_DENY ? WARD_ERROR : WARD_WARNING;
}

static const char *name(const struct labels *labels, ward_sym sym)
{
	return ward_label_name(labels, sym);
}

/* Could it stay as it is, for all that the standard says? */
static bool is_right(const struct labels *labels, ward_sym key, ward_sym value)
{
	const struct ward_dimension *dimension =
		labels->standard ? ward_labelstandard_find(labels->standard, key) : NULL;

	if (!dimension)
		return true;
	return value == WARD_NONE ? !dimension->required
				  : ward_dimension_admits(dimension, labels->symbols, value);
}

/* The pod is set back, or what is right at the pod is put into the template. */
static void drift_suggest(struct labels *labels, const struct label_subject *subject, ward_sym key,
			  ward_sym is, ward_sym was)
{
	if (is_right(labels, key, was))
		ward_label_suggest_pod(labels, subject, key, was);
	else if (is_right(labels, key, is))
		ward_label_suggest(labels, subject, key, is);
}

/* A live pod against its template. */
static bool template_check(struct labels *labels, const struct label_subject *subject, ward_sym key)
{
	const struct ward_pod *pod = subject->pod;
	const char *template, *label = name(labels, key);
	ward_sym is, was;

	if (!pod || !ward_label_has_drifted(labels, pod, key))
		return false;
	template = ward_label_object(labels, &pod->made_from->object);
	is = ward_labels_get(pod->labels, key);
	was = ward_labels_get(pod->made_from->labels, key);
	if (is == WARD_NONE)
		ward_label_blame(labels, WARD_WARNING, "label-drift", subject,
				 "set it back, or change the template",
				 "has no label %s, which is %s in its template, of %s", label,
				 name(labels, was), template);
	else if (was == WARD_NONE)
		ward_label_blame(labels, WARD_WARNING, "label-drift", subject,
				 "remove it, or change the template",
				 "label %s is %s, which its template, of %s, has not", label,
				 name(labels, is), template);
	else
		ward_label_blame(labels, WARD_WARNING, "label-drift", subject,
				 "set it back, or change the template",
				 "label %s is %s, and %s in its template, of %s", label,
				 name(labels, is), name(labels, was), template);
	drift_suggest(labels, subject, key, is, was);
	return true;
}

/* A pod against its namespace. */
static bool namespace_check(struct labels *labels, const struct label_subject *subject,
			    const struct ward_dimension *dimension, ward_sym value)
{
	ward_sym its = subject->pod && dimension->on_namespaces
			       ? ward_labels_get(subject->ns->labels, dimension->key)
			       : WARD_NONE;
	const char *hint = "one of the two is wrong";

	if (value == WARD_NONE || its == WARD_NONE || its == value)
		return false;
	if (!dimension->on_workloads)
		hint = "remove it: only that of the namespace counts";
	else if (dimension->inherits)
		hint = "remove it, and the pod has that of its namespace";
	ward_label_blame(labels, WARD_WARNING, "label-drift", subject, hint,
			 "label %s is %s, and %s at its namespace", name(labels, dimension->key),
			 name(labels, value), name(labels, its));
	if (!dimension->on_workloads || dimension->inherits)
		ward_label_suggest(labels, subject, dimension->key, WARD_NONE);
	return true;
}

static bool is_here(const struct label_subject *subject, const struct ward_dimension *dimension)
{
	return subject->pod ? dimension->on_workloads : dimension->on_namespaces;
}

static bool misplaced_check(struct labels *labels, const struct label_subject *subject,
			    const struct ward_dimension *dimension)
{
	if (is_here(subject, dimension))
		return false;
	ward_label_blame(labels, severity_of(labels), "label-forbidden", subject,
			 "remove it here; it is read there only",
			 "has the label %s, which is one of %s", name(labels, dimension->key),
			 subject->pod ? "namespaces" : "workloads");
	ward_label_suggest(labels, subject, dimension->key, WARD_NONE);
	return true;
}

static bool unknown_check(struct labels *labels, const struct label_subject *subject,
			  const struct ward_dimension *dimension, ward_sym value)
{
	const char *key = name(labels, dimension->key), *hint;
	ward_sym meant;

	if (ward_dimension_admits(dimension, labels->symbols, value))
		return false;
	meant = ward_dimension_nearest(labels, dimension, value);
	if (meant == WARD_NONE)
		hint = ward_label_text(labels, "write %s", ward_dimension_text(labels, dimension));
	else if (ward_dimension_alias(dimension, value) != WARD_NONE)
		hint = ward_label_text(labels, "write %s=%s, of which it is another name", key,
				       name(labels, meant));
	else
		hint = ward_label_text(labels, "did you mean %s=%s?", key, name(labels, meant));
	ward_label_blame(labels, severity_of(labels), "label-unknown", subject, hint,
			 "label %s is %s, which the LabelStandard does not know", key,
			 name(labels, value));
	if (meant != WARD_NONE)
		ward_label_suggest(labels, subject, dimension->key, meant);
	return true;
}

/* A rare value that is nearly a common one. */
static bool near_check(struct labels *labels, const struct label_subject *subject,
		       struct ward_label label)
{
	uint32_t number = ward_label_value_find(labels, subject, label);
	const struct label_value *value, *meant;

	if (number == WARD_NONE || labels->values.items[number].meant == WARD_NONE)
		return false;
	value = &labels->values.items[number];
	meant = &labels->values.items[value->meant];
	ward_label_blame(labels, WARD_WARNING, "near-duplicate", subject,
			 ward_label_text(labels, "did you mean %s=%s?", name(labels, label.key),
					 name(labels, meant->value)),
			 "label %s is %s (%u), nearly the same as %s (%u)", name(labels, label.key),
			 name(labels, label.value), value->weight, name(labels, meant->value),
			 meant->weight);
	ward_label_suggest(labels, subject, label.key, meant->value);
	return true;
}

static bool is_forbidden(const struct labels *labels, ward_sym key)
{
	const struct ward_labelstandard *standard = labels->standard;

	return standard && ward_syms_have(standard->forbidden, standard->n_forbidden, key);
}

/* Is the label there, under a key that is misspelled?  That is said of the key. */
static bool is_misspelled(const struct labels *labels, const struct label_subject *subject,
			  const struct ward_dimension *dimension)
{
	for (uint32_t i = 0; i < subject->labels.n; i++) {
		ward_sym key = subject->labels.items[i].key;

		if (ward_bits_has(&labels->keys_near, key) &&
		    (labels->standard->reports_near || is_forbidden(labels, key)) &&
		    ward_label_key_meant(labels, key) == dimension)
			return true;
	}
	return false;
}

/* A pod that cannot have it from a namespace whose labels are not known may well have it. */
static bool missing_check(struct labels *labels, const struct label_subject *subject,
			  const struct ward_dimension *dimension)
{
	ward_sym its = ward_labels_get(subject->ns->labels, dimension->key);
	bool inherits = subject->pod && dimension->inherits;

	if (!is_here(subject, dimension) || !dimension->required ||
	    (inherits && (its != WARD_NONE || subject->ns->implied)))
		return false;
	if (is_misspelled(labels, subject, dimension))
		return true;
	ward_label_blame(labels, severity_of(labels), "label-missing", subject,
			 ward_label_text(labels, "write %s",
					 ward_dimension_text(labels, dimension)),
			 inherits ? "has no label %s, and neither has its namespace"
				  : "has no label %s, which the LabelStandard requires",
			 name(labels, dimension->key));
	if (dimension->n_values == 1)
		ward_label_suggest(labels, subject, dimension->key, dimension->values[0]);
	return true;
}

static enum state dimension_check(struct labels *labels, const struct label_subject *subject,
				  const struct ward_dimension *dimension)
{
	struct ward_label label = {dimension->key,
				   ward_labels_get(subject->labels, dimension->key)};

	if (template_check(labels, subject, label.key) ||
	    namespace_check(labels, subject, dimension, label.value))
		return DRIFT;
	if (label.value == WARD_NONE)
		return missing_check(labels, subject, dimension) ? MISSING : RIGHT;
	if (misplaced_check(labels, subject, dimension))
		return RIGHT;
	if (ward_label_nearly_joins(labels, subject, label) ||
	    unknown_check(labels, subject, dimension, label.value))
		return UNKNOWN;
	near_check(labels, subject, label);
	return RIGHT;
}

struct row_key {
	uint32_t dimension;
	ward_sym ns;
};

static void row_count(struct labels *labels, const struct label_subject *subject,
		      uint32_t dimension, enum state state)
{
	struct row_key key = {dimension, subject->ns->object.name};
	uint32_t id = ward_intern(&labels->row_ids, &key, sizeof(key));
	struct ward_label_row *row;

	if (id == labels->audit->rows.n)
		ward_vec_push(
			&labels->audit->rows,
			((struct ward_label_row){.dimension = dimension,
						 .key = labels->standard->dimensions[dimension].key,
						 .ns = key.ns}));
	row = &labels->audit->rows.items[id];
	row->n_checked += subject->n;
	row->n_right += state == RIGHT ? subject->n : 0;
	row->n_missing += state == MISSING ? subject->n : 0;
	row->n_unknown += state == UNKNOWN ? subject->n : 0;
	row->n_drift += state == DRIFT ? subject->n : 0;
}

static void standard_check(struct labels *labels, const struct label_subject *subject)
{
	const struct ward_labelstandard *standard = labels->standard;

	for (uint32_t d = 0; d < standard->n_dimensions; d++) {
		const struct ward_dimension *dimension = &standard->dimensions[d];
		enum state state = dimension_check(labels, subject, dimension);

		if (is_here(subject, dimension))
			row_count(labels, subject, d, state);
	}
}

/* Suggests the right key with the same value, if it is free and the value right, and that the wrong
 * one goes; true if that is what to do. */
static bool rename_suggest(struct labels *labels, const struct label_subject *subject,
			   struct ward_label label, const struct ward_dimension *dimension)
{
	ward_sym value = label.value;

	if (!dimension || !is_here(subject, dimension) ||
	    ward_labels_get(subject->labels, dimension->key) != WARD_NONE)
		return false;
	if (!ward_dimension_admits(dimension, labels->symbols, value))
		value = ward_dimension_nearest(labels, dimension, value);
	if (value == WARD_NONE)
		return false;
	ward_label_suggest(labels, subject, dimension->key, value);
	ward_label_suggest(labels, subject, label.key, WARD_NONE);
	return true;
}

static bool forbidden_check(struct labels *labels, const struct label_subject *subject,
			    struct ward_label label)
{
	const struct ward_dimension *meant;
	const char *hint = "remove it";

	if (!is_forbidden(labels, label.key))
		return false;
	meant = ward_label_key_meant(labels, label.key);
	if (rename_suggest(labels, subject, label, meant))
		hint = ward_label_text(labels, "write %s instead", name(labels, meant->key));
	else
		ward_label_suggest(labels, subject, label.key, WARD_NONE);
	ward_label_blame(labels, severity_of(labels), "label-forbidden", subject, hint,
			 "has the label %s, which the LabelStandard forbids",
			 name(labels, label.key));
	return true;
}

static bool near_key_check(struct labels *labels, const struct label_subject *subject,
			   struct ward_label label)
{
	const struct ward_dimension *meant = ward_bits_has(&labels->keys_near, label.key)
						     ? ward_label_key_meant(labels, label.key)
						     : NULL;

	if (!meant || !labels->standard->reports_near || !is_here(subject, meant) ||
	    ward_labels_get(subject->labels, meant->key) != WARD_NONE)
		return false;
	ward_label_blame(labels, WARD_WARNING, "near-duplicate", subject,
			 ward_label_text(labels, "did you mean the label %s?",
					 name(labels, meant->key)),
			 "label %s is nearly the same as %s, which the LabelStandard has",
			 name(labels, label.key), name(labels, meant->key));
	rename_suggest(labels, subject, label, meant);
	return true;
}

static void other_check(struct labels *labels, const struct label_subject *subject,
			struct ward_label label)
{
	if (label.key == WARD_SYM_SERVICE_ACCOUNT || label.key == WARD_SYM_METADATA_NAME ||
	    (labels->standard && ward_labelstandard_find(labels->standard, label.key)))
		return;
	if (!template_check(labels, subject, label.key) &&
	    !forbidden_check(labels, subject, label) &&
	    !ward_label_nearly_joins(labels, subject, label) &&
	    !near_key_check(labels, subject, label))
		near_check(labels, subject, label);
}

/* Labels of the template that the pod has lost. */
static void lost_check(struct labels *labels, const struct label_subject *subject)
{
	struct ward_labels was = {};

	if (subject->pod && subject->pod->made_from)
		was = subject->pod->made_from->labels;
	for (uint32_t i = 0; i < was.n; i++) {
		ward_sym key = was.items[i].key;

		if (ward_labels_get(subject->pod->labels, key) == WARD_NONE &&
		    !(labels->standard && ward_labelstandard_find(labels->standard, key)))
			template_check(labels, subject, key);
	}
}

void ward_label_values_check(struct labels *labels)
{
	for (uint32_t i = 0; i < labels->subjects.n; i++) {
		const struct label_subject *subject = &labels->subjects.items[i];

		if (subject->exempt)
			continue;
		if (labels->standard)
			standard_check(labels, subject);
		for (uint32_t l = 0; l < subject->labels.n; l++)
			other_check(labels, subject, subject->labels.items[l]);
		lost_check(labels, subject);
	}
}
