package io.inference.engine.tokenizer;
final class PromptEncoder {}
