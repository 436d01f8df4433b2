package io.inference.architecture;

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
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Who may import whom, as src/docs/ARCHITECTURE.md says. */
@AnalyzeClasses(packages = "io.inference", importOptions = ImportOption.DoNotIncludeTests.class)
class DependencyRuleTest {
    private static final String OURS = "io.inference..";
    private static final int MOST_FILES = 15;

    /** Packages that hold more and are still to be split. */
    private static final Set<String> NOT_SPLIT_YET = Set.of(
            "io.inference", "io.inference.amqp", "io.inference.grpc.server", "io.inference.job", "io.inference.routes");

    /** Nobody finds a type among too many. */
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
        files.keySet().removeAll(NOT_SPLIT_YET);
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
    static final ArchRule backendsImportTheApiAndTheirTransport = classes()
            .that()
            .resideInAnyPackage("io.inference.ollama..", "io.inference.openai..")
            .should()
            .onlyDependOnClassesThat(not(resideInAPackage(OURS))
                    .or(resideInAnyPackage(
                            "io.inference.api..",
                            "io.inference.upstream..",
                            "io.inference.ollama..",
                            "io.inference.wire..",
                            "io.inference.openai..")));

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
                            "io.inference.api..",
                            "io.inference.wire..",
                            "io.inference.database..")));

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
                            "io.inference.api..",
                            "io.inference.wire..",
                            "io.inference.tls..",
                            "io.inference.security..",
                            "io.inference.job..",
                            "io.inference.routes")));

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
                            "io.inference.api..",
                            "io.inference.wire..",
                            "io.inference.tls..",
                            "io.inference.security..",
                            "io.inference.routes")));

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
                            "io.inference.broker..",
                            "io.inference.api..",
                            "io.inference.security..",
                            "io.inference.wire..",
                            "io.inference.connect..",
                            "io.inference.job..",
                            "io.inference.routes")));

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

    /** Where a generation and the service context meet; nothing else of ours knows Camel's starter. */
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
