/** The model's part in the ledger: values that have no form by which they could be found. */
@NullMarked
package io.inference.conversation.values;

import org.jspecify.annotations.NullMarked;
