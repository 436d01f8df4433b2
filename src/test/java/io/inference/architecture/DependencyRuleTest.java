package io.inference.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.Source;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.inference.config.Settings;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Allowed imports between packages, as in src/docs/ARCHITECTURE.md. */
@AnalyzeClasses(packages = "io.inference", importOptions = ImportOption.DoNotIncludeTests.class)
class DependencyRuleTest {
    private static final String OURS = "io.inference..";
    private static final int MOST_FILES = 15;

    /** A package with more types is hard to search. */
    @ArchTest
    static void noPackageHoldsMoreThan15Files(JavaClasses classes) {
        Map<String, Set<String>> files = new TreeMap<>();
        for (JavaClass type : classes) {
            String file = type.getSource().flatMap(Source::getFileName).orElse(type.getSimpleName());
            if (!file.equals("package-info.java") && !type.getPackageName().equals("io.inference.grpc.v1")) {
                files.computeIfAbsent(type.getPackageName(), name -> new TreeSet<>())
                        .add(file);
            }
        }
        assertThat(files)
                .isNotEmpty()
                .allSatisfy((name, its) -> assertThat(its).as(name).hasSizeLessThanOrEqualTo(MOST_FILES));
    }

    @ArchTest
    static final ArchRule partsOfTheServiceHaveNoCycles =
            slices().matching("io.inference.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule packagesHaveNoCycles =
            slices().matching("io.inference.(**)").should().beFreeOfCycles();

    private static final Set<String> LOOK_UPS = Set.of(
            "text",
            "path",
            "flag",
            "whole",
            "share",
            "time",
            "bytes",
            "listensOnLoopback",
            "optionalText",
            "namedNumbers",
            "keys",
            "optionalWhole",
            "optionalUrl");

    @ArchTest
    static final ArchRule apiImportsNothingOfOurs = classes()
            .that()
            .resideInAPackage("io.inference.api..")
            .should()
            .onlyDependOnClassesThat(not(resideInAPackage(OURS)).or(resideInAPackage("io.inference.api..")));

    @ArchTest
    static final ArchRule engineImportsNothingOfOursNorSpringNorCamel = classes()
            .that()
            .resideInAPackage("io.inference.engine..")
            .should()
            .onlyDependOnClassesThat(not(resideInAnyPackage(OURS, "org.springframework..", "org.apache.camel.."))
                    .or(resideInAPackage("io.inference.engine..")));

    @ArchTest
    static final ArchRule onlyRecordsOfSettingsLookThemUp = noClasses()
            .that()
            .resideOutsideOfPackage("io.inference.config..")
            .and()
            .haveSimpleNameNotEndingWith("Settings")
            .should()
            .accessTargetWhere(describe(
                    "the target is a look-up by a setting's name",
                    access -> access.getTargetOwner().isEquivalentTo(Settings.class)
                            && LOOK_UPS.contains(access.getTarget().getName())));

    /**
     * In addition to the records of settings and their wiring: code that serves or reports all settings, and code that
     * starts the service.
     */
    @ArchTest
    static final ArchRule onlyWiringKnowsAllSettings = noClasses()
            .that()
            .resideOutsideOfPackages(
                    "io.inference",
                    "io.inference.config..",
                    "io.inference.routes..",
                    "io.inference.kubernetes..",
                    "io.inference.http.internal..")
            .and()
            .haveSimpleNameNotEndingWith("Settings")
            .and()
            .haveSimpleNameNotEndingWith("Configuration")
            .should()
            .dependOnClassesThat()
            .areAssignableTo(Settings.class);

    @ArchTest
    static final ArchRule backendsImportTheApiAndTheirTransport = classes()
            .that()
            .resideInAnyPackage("io.inference.ollama..", "io.inference.openai..")
            .should()
            .onlyDependOnClassesThat(not(resideInAPackage(OURS))
                    .or(resideInAnyPackage(
                            "io.inference.api..",
                            "io.inference.backend..",
                            "io.inference.upstream..",
                            "io.inference.ollama..",
                            "io.inference.wire..",
                            "io.inference.openai..")));

    @ArchTest
    static final ArchRule callsImportTheApiAndSettings = classes()
            .that()
            .resideInAPackage("io.inference.call..")
            .should()
            .onlyDependOnClassesThat(not(resideInAPackage(OURS))
                    .or(resideInAnyPackage("io.inference.call..", "io.inference.api..", "io.inference.config..")));

    @ArchTest
    static final ArchRule backendsDoNotImportEachOther =
            slices().matching("io.inference.(ollama|openai|local)..").should().notDependOnEachOther();

    @ArchTest
    static final ArchRule theLocalBackendImportsTheApiAndTheEnginesFacade = classes()
            .that()
            .resideInAPackage("io.inference.local..")
            .should()
            .onlyDependOnClassesThat(not(resideInAPackage(OURS))
                    .or(resideInAnyPackage(
                            "io.inference.api..",
                            "io.inference.backend..",
                            "io.inference.config..",
                            "io.inference.local..",
                            "io.inference.wire..",
                            "io.inference.engine",
                            "io.inference.engine.embedding",
                            "io.inference.engine.error",
                            "io.inference.engine.sampling")));

    @ArchTest
    static final ArchRule modelsAndTelemetryImportTheApiAlone = classes()
            .that()
            .resideInAnyPackage(
                    "io.inference.models..",
                    "io.inference.telemetry..",
                    "io.inference.security..",
                    "io.inference.limits..")
            .should()
            .onlyDependOnClassesThat(not(resideInAPackage(OURS))
                    .or(resideInAnyPackage(
                            "io.inference.api..",
                            "io.inference.backend..",
                            "io.inference.config..",
                            "io.inference.models..",
                            "io.inference.telemetry..",
                            "io.inference.security..",
                            "io.inference.limits..",
                            "io.inference.wire..",
                            "io.inference.database..",
                            "io.inference.redis..")));

    @ArchTest
    static final ArchRule onlyApiKeysOfSecurityNeedTheDatabase = noClasses()
            .that()
            .resideInAnyPackage(
                    "io.inference.models..",
                    "io.inference.telemetry..",
                    "io.inference.security..",
                    "io.inference.limits..")
            .and()
            .resideOutsideOfPackage("io.inference.security.keys..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.inference.database..");

    @ArchTest
    static final ArchRule theDatabaseAndRedisImportTheApiAndHowToConnectAlone = classes()
            .that()
            .resideInAnyPackage("io.inference.database..", "io.inference.redis..", "io.inference.broker..")
            .should()
            .onlyDependOnClassesThat(not(resideInAPackage(OURS))
                    .or(resideInAnyPackage(
                            "io.inference.api..",
                            "io.inference.config..",
                            "io.inference.connect..",
                            "io.inference.database..",
                            "io.inference.redis..",
                            "io.inference.broker..")));

    @ArchTest
    static final ArchRule jobsImportTheApiAndTheDatabase = classes()
            .that()
            .resideInAPackage("io.inference.job..")
            .should()
            .onlyDependOnClassesThat(not(resideInAPackage(OURS))
                    .or(resideInAnyPackage(
                            "io.inference.job..",
                            "io.inference.call",
                            "io.inference.api..",
                            "io.inference.config..",
                            "io.inference.wire..",
                            "io.inference.database..",
                            "io.inference.limits..")));

    @ArchTest
    static final ArchRule conversationsImportTheApiTheModelsAndTheDatabase = classes()
            .that()
            .resideInAPackage("io.inference.conversation..")
            .should()
            .onlyDependOnClassesThat(not(resideInAPackage(OURS))
                    .or(resideInAnyPackage(
                            "io.inference.conversation..",
                            "io.inference.api..",
                            "io.inference.config..",
                            "io.inference.wire..",
                            "io.inference.database..",
                            "io.inference.models..",
                            "io.inference.redis..")));

    @ArchTest
    static final ArchRule onlyTheWiringOfJobsNeedsLimits = noClasses()
            .that()
            .resideInAPackage("io.inference.job..")
            .and()
            .haveSimpleNameNotEndingWith("Configuration")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.inference.limits..");

    @ArchTest
    static final ArchRule theWireImportsNothingOfOurs = classes()
            .that()
            .resideInAPackage("io.inference.wire..")
            .should()
            .onlyDependOnClassesThat(not(resideInAPackage(OURS)).or(resideInAPackage("io.inference.wire..")));

    @ArchTest
    static final ArchRule connectImportsNothingOfOurs = classes()
            .that()
            .resideInAPackage("io.inference.connect..")
            .should()
            .onlyDependOnClassesThat(not(resideInAPackage(OURS)).or(resideInAPackage("io.inference.connect..")));

    @ArchTest
    static final ArchRule nobodyImportsTheEmbeddedServers = noClasses()
            .that()
            .resideOutsideOfPackage("io.inference.embedded..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.inference.embedded..", "io.zonky..", "redis.embedded..");

    @ArchTest
    static final ArchRule nobodyImportsADoor = noClasses()
            .that()
            .resideOutsideOfPackages("io.inference", "io.inference.http..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.inference.http..");

    @ArchTest
    static final ArchRule doorsImportTheApiSecurityAndTheirPublishingPoint = classes()
            .that()
            .resideInAPackage("io.inference.http..")
            .should()
            .onlyDependOnClassesThat(not(resideInAPackage(OURS))
                    .or(resideInAnyPackage(
                            "io.inference.http..",
                            "io.inference.call",
                            "io.inference.api..",
                            "io.inference.config..",
                            "io.inference.wire..",
                            "io.inference.tls..",
                            "io.inference.security..",
                            "io.inference.limits..",
                            "io.inference.job..",
                            "io.inference.conversation",
                            "io.inference.conversation.memory",
                            "io.inference.image",
                            "io.inference.image.link",
                            "io.inference.image.thumbnail",
                            "io.inference.models..",
                            "io.inference.telemetry..",
                            "io.inference.routes.door",
                            "io.inference.routes.check",
                            "io.inference.routes.backend",
                            "io.inference.routes.generation",
                            "io.inference.routes.status")));

    @ArchTest
    static final ArchRule onlyTheInternalEndpointsReportOnModelsAndCalls = noClasses()
            .that()
            .resideInAPackage("io.inference.http..")
            .and()
            .resideOutsideOfPackage("io.inference.http.internal..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.inference.limits..",
                    "io.inference.models..",
                    "io.inference.telemetry..",
                    "io.inference.routes.backend..",
                    "io.inference.routes.generation..",
                    "io.inference.routes.status..");

    @ArchTest
    static final ArchRule nobodyImportsTheGrpcDoor = noClasses()
            .that()
            .resideOutsideOfPackages("io.inference", "io.inference.grpc..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.inference.grpc..", "io.grpc..", "com.google.protobuf..", "com.google.rpc..");

    @ArchTest
    static final ArchRule theGrpcDoorImportsTheApiSecurityAndItsPublishingPoint = classes()
            .that()
            .resideInAPackage("io.inference.grpc..")
            .should()
            .onlyDependOnClassesThat(not(resideInAPackage(OURS))
                    .or(resideInAnyPackage(
                            "io.inference.grpc..",
                            "io.inference.call",
                            "io.inference.api..",
                            "io.inference.config..",
                            "io.inference.wire..",
                            "io.inference.tls..",
                            "io.inference.security..",
                            "io.inference.conversation",
                            "io.inference.routes.check",
                            "io.inference.routes.door")));

    @ArchTest
    static final ArchRule nobodyImportsTheRabbitMqDoor = noClasses()
            .that()
            .resideOutsideOfPackages("io.inference", "io.inference.amqp..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.inference.amqp..");

    @ArchTest
    static final ArchRule theRabbitMqDoorImportsWhatDoorsMayAndTheBroker = classes()
            .that()
            .resideInAPackage("io.inference.amqp..")
            .should()
            .onlyDependOnClassesThat(not(resideInAPackage(OURS))
                    .or(resideInAnyPackage(
                            "io.inference.amqp..",
                            "io.inference.call",
                            "io.inference.broker..",
                            "io.inference.api..",
                            "io.inference.config..",
                            "io.inference.security..",
                            "io.inference.wire..",
                            "io.inference.connect..",
                            "io.inference.job..",
                            "io.inference.routes.check",
                            "io.inference.routes.door")));

    @ArchTest
    static final ArchRule camelStaysInProcessorsDoorsAndRoutes = noClasses()
            .that()
            .haveSimpleNameNotEndingWith("Processor")
            .and()
            .resideOutsideOfPackages(
                    "io.inference",
                    "io.inference.routes..",
                    "io.inference.http..",
                    "io.inference.grpc..",
                    "io.inference.amqp..",
                    "io.inference.kubernetes..",
                    "io.inference.housekeeping..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.apache.camel..");

    @ArchTest
    static final ArchRule housekeepingImportsTheDatabaseAlone = classes()
            .that()
            .resideInAPackage("io.inference.housekeeping..")
            .should()
            .onlyDependOnClassesThat(not(resideInAPackage(OURS))
                    .or(resideInAnyPackage("io.inference.housekeeping..", "io.inference.database..")));

    @ArchTest
    static final ArchRule nobodyImportsHousekeeping = noClasses()
            .that()
            .resideOutsideOfPackage("io.inference.housekeeping..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.inference.housekeeping..");

    @ArchTest
    static final ArchRule nobodyImportsWhatWatchesACluster = noClasses()
            .that()
            .resideOutsideOfPackage("io.inference.kubernetes..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.inference.kubernetes..", "io.fabric8..");

    @ArchTest
    static final ArchRule whatDoorsShareWithGenerationsNeedsNoGeneration = layers("door");

    @ArchTest
    static final ArchRule checksNeedNoGeneration = layers("check", "door");

    @ArchTest
    static final ArchRule whatRoutesHaveDoneNeedsNoGeneration = layers("status", "check", "door");

    @ArchTest
    static final ArchRule backendsOfGenerationsNeedNoGeneration = layers("backend", "check", "door");

    @ArchTest
    static final ArchRule generationsNeedNoFlow = layers("generation", "backend", "status", "check", "door");

    private static ArchRule layers(String part, String... below) {
        String[] allowed = Stream.concat(Stream.of(part), Stream.of(below))
                .map(name -> "io.inference.routes." + name + "..")
                .toArray(String[]::new);
        return classes()
                .that()
                .resideInAPackage("io.inference.routes." + part + "..")
                .should()
                .onlyDependOnClassesThat(
                        not(resideInAPackage("io.inference.routes..")).or(resideInAnyPackage(allowed)));
    }

    /**
     * The classes at which a generation and the service context meet; no other class of the project uses Camel's
     * starter.
     */
    @ArchTest
    static final ArchRule onlyGenerationsKnowCamelOnSpringBoot = noClasses()
            .that()
            .resideInAPackage(OURS)
            .and()
            .resideOutsideOfPackage("io.inference.routes..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.apache.camel.spring.boot..");
}
